"""Authored texts carry known labels, and nothing in training is a near-copy of the gold set."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from nlp.signal import SENTIMENTS
from nlp.taxonomy import Taxonomy
from pipelines.settings import Settings

CORPORA = Path(__file__).parent.parent / "corpora"
TAXONOMY = Taxonomy.from_toml(Settings().taxonomy.read_text())


def rows(folder: str) -> list[dict]:
    paths = sorted((CORPORA / folder).glob("*.jsonl"))
    return [json.loads(line) for p in paths for line in p.read_text(encoding="utf-8").split("\n") if line]


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z']+", text.lower()))


def near_copies(left: list[str], right: list[str]) -> list[tuple[str, str]]:
    """Pairs of at least five words each whose word sets overlap by 0.75 or more (Jaccard)."""
    sets = [(t, words(t)) for t in right]
    return [
        (a, b)
        for a, wa in ((t, words(t)) for t in left)
        for b, wb in sets
        if a is not b and len(wa) >= 5 and len(wb) >= 5 and len(wa & wb) >= 0.75 * len(wa | wb)
    ]


@pytest.mark.parametrize("folder", ["gold", "training"])
def test_every_label_is_known(folder: str) -> None:
    found = rows(folder)
    assert found
    assert {r["intent"] for r in found} <= set(TAXONOMY.intent_names)
    assert {r["stage"] for r in found} <= {*TAXONOMY.stage_names, "unknown"}
    assert {r["sentiment"] for r in found} <= set(SENTIMENTS)


def test_the_gold_set_covers_every_intent_at_least_eight_times() -> None:
    counts = Counter(r["intent"] for r in rows("gold"))
    assert len(rows("gold")) >= 300
    assert {name: counts[name] for name in TAXONOMY.intent_names if counts[name] < 8} == {}


def test_no_text_stands_twice_or_nearly_in_training_and_gold() -> None:
    gold, training = ([r["text"] for r in rows(folder)] for folder in ("gold", "training"))
    assert near_copies(training, gold) == []
    assert near_copies(gold, gold) == []
    assert near_copies(training, training) == []
