"""Explanations by the shipped models: faithful to them, in their place, and silent where nothing is to be told."""

import random
from datetime import UTC, datetime

import numpy as np

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.explanations import left_out, phrases
from nlp.redaction import redact
from nlp.taxonomy import NONE
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator
from pipelines.evaluate import gold
from pipelines.explain import explanation, scores
from pipelines.settings import ROOT

ANGRY = "I wrote to ada@example.com about the driver on Monday, he was horrible. Where is my refund?"


def test_without_the_words_that_carried_it_a_finding_falls_more_than_without_as_many_others(
    annotator: Annotator,
) -> None:
    texts = [redact(row.text)[0] for row in gold(ROOT / "corpora" / "gold")[::25]]
    signals, _ = annotator.signals([Segment(str(n), 0, 0, len(text)) for n, text in enumerate(texts)], texts)
    draw, falls = random.Random(7), []
    for signal, text in zip(signals, texts, strict=True):
        for name, carried in explanation(annotator, signal, text).items():
            if carried:
                told = [(c["start"], c["end"]) for c in carried]
                number = sum(len(phrases(text[start:end])) for start, end in told)
                others = [draw.sample(phrases(text), number) for _ in range(4)]
                asked = scores(annotator, signal, [name])([text, *(left_out(text, o) for o in (told, *others))])[:, 0]
                falls.append((asked[0] - asked[1], asked[0] - asked[2:].mean()))
    without, random_ones = np.array(falls).T
    assert len(falls) > 20
    assert without.mean() > 3 * random_ones.mean()
    assert (without > random_ones).mean() > 0.9


def test_spans_are_places_in_the_masked_text(annotator: Annotator) -> None:
    analyst = Analyst(annotator)
    (row,) = analyst.texts([ANGRY], ["1"], explain=True)
    (masked,) = analyst.masked([ANGRY])
    carried = [c for found in row["explanation"].values() for c in found]
    assert carried
    assert all(masked[c["start"] : c["end"]] == c["words"] and 0 < c["weight"] <= 1 for c in carried)
    assert any("horrible" in c["words"] for c in row["explanation"]["sentiment"])


def test_spans_of_a_conversation_are_places_in_the_segment(annotator: Annotator) -> None:
    said = " ".join([ANGRY] * 6)
    talk = Conversation(
        "c", "", Channel.TICKET, "", datetime(2026, 1, 1, tzinfo=UTC), (Turn(0, Speaker.CUSTOMER, said),)
    )
    analyst = Analyst(annotator)
    rows, _ = analyst.conversation(talk, explain=True)
    (masked,) = analyst.masked([said])
    assert len(rows) > 1
    for row in rows:
        segment = masked[row["start"] : row["end"]]
        assert all(segment[c["start"] : c["end"]] == c["words"] for c in row["explanation"]["sentiment"])


def test_what_asks_for_nothing_and_feels_nothing_needs_no_words(annotator: Annotator) -> None:
    rows = Analyst(annotator).texts(
        ["ok", "  ", "Wo ist mein Paket? Ich warte seit zwei Wochen darauf."], "123", explain=True
    )
    assert all(row["explanation"]["intent"] == [] for row in rows if row["intent"] in (NONE, "unsupported"))
    assert rows[1]["explanation"] == {"intent": [], "sentiment": []}
