"""A curve of thresholds is read back from a card as it was."""

import tomllib

import numpy as np

from nlp.promise import Place, curve
from pipelines.training.promised import card_lines


def test_a_card_holds_the_curve_and_its_thresholds_keep_what_they_say() -> None:
    draw = np.random.default_rng(4)
    confidence = draw.random(500).astype(np.float32)
    places = curve(confidence, draw.random(500) < confidence)
    card = tomllib.loads("\n".join(['name = "heads"', *card_lines("intent", places)]))
    read = [Place(**row) for row in card["curve"]["intent"]]
    assert [place.coverage for place in read] == [(confidence >= np.float32(p.threshold)).mean() for p in read]
    assert len(read) == len(places)
