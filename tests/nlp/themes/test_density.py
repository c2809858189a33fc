"""Which texts shape themes: those that lie where others crowd."""

import json

import pytest

from nlp.encoder import Floats, OnnxEncoder
from nlp.themes.density import crowded
from nlp.themes.neighbours import neighbours
from pipelines.settings import ROOT

LEAST = 4


@pytest.fixture(scope="module")
def rows() -> Floats:
    lines = (ROOT / "corpora" / "gold" / "a.jsonl").read_text("utf-8").splitlines()
    return OnnxEncoder(ROOT / "models" / "encoder").encode([json.loads(line)["text"] for line in lines])


def test_what_hardly_anybody_says_shapes_no_theme(rows: Floats) -> None:
    found = crowded(rows, neighbours(rows, 15), least=LEAST)
    assert sorted(set(found.tolist())) == found.tolist()
    assert 0.5 * len(rows) < len(found) < len(rows)


def test_the_same_rows_are_found_again(rows: Floats) -> None:
    near = neighbours(rows, 15)
    assert crowded(rows, near, least=LEAST).tolist() == crowded(rows, near, least=LEAST).tolist()


def test_where_too_few_crowd_all_rows_tell(rows: Floats) -> None:
    few = rows[:39]
    assert crowded(few, neighbours(few, 15), least=20).tolist() == list(range(39))
