"""Which texts shape themes: those that lie where others crowd; and which themes are one: those in one crowd."""

import json

import numpy as np
import pytest

from nlp.encoder import Floats, OnnxEncoder
from nlp.themes.assign import Places
from nlp.themes.density import LARGE, RUNS, Crowds, crowded, crowds, together
from nlp.themes.neighbours import neighbours
from pipelines.settings import ROOT

LEAST = 4


@pytest.fixture(scope="module")
def rows() -> Floats:
    lines = (ROOT / "corpora" / "gold" / "a.jsonl").read_text("utf-8").splitlines()
    return OnnxEncoder(ROOT / "models" / "encoder").encode([json.loads(line)["text"] for line in lines])


def test_what_hardly_anybody_says_shapes_no_theme(rows: Floats) -> None:
    found = crowded(crowds(rows, neighbours(rows, 15), least=LEAST))
    assert sorted(set(found.tolist())) == found.tolist()
    assert 0.5 * len(rows) < len(found) < len(rows)


def test_the_same_rows_are_found_again(rows: Floats) -> None:
    near = neighbours(rows, 15)
    assert crowds(rows, near, least=LEAST).tolist() == crowds(rows, near, least=LEAST).tolist()


def test_where_too_few_crowd_all_rows_tell(rows: Floats) -> None:
    few = rows[:39]
    assert crowded(crowds(few, neighbours(few, 15), least=20)).tolist() == list(range(39))


def of(*themes: tuple[int, int]) -> tuple[Places, Crowds]:
    """Labels of themes of so many texts each, and on each map the crowd that all of a theme lie in, -1 for none."""
    sizes, places = zip(*themes, strict=True)
    return np.repeat(np.arange(len(themes)), sizes), np.tile(np.repeat(places, sizes), (RUNS, 1))


def test_themes_in_one_crowd_are_one_and_others_stay() -> None:
    labels, found = of((LARGE, 0), (LARGE, 1), (2 * LARGE, 0), *[(LARGE, n) for n in range(2, 20)])
    assert np.array_equal(together(labels, found), np.where(labels == 2, 0, np.maximum(labels - (labels > 2), 0)))


def test_themes_that_lie_in_one_crowd_on_a_map_of_three_alone_stay_apart() -> None:
    labels, found = of((LARGE, 0), (LARGE, 1), *[(LARGE, n) for n in range(2, 20)])
    found[0, labels == 1] = 0
    assert np.array_equal(together(labels, found), labels)


def test_what_is_in_no_crowd_does_not_count() -> None:
    labels, found = of((2 * LARGE, 0), (2 * LARGE, 0), *[(LARGE, n) for n in range(2, 20)])
    found[:, (labels == 1) & (np.arange(len(labels)) % 3 > 0)] = -1
    assert together(labels, found).max() == labels.max() - 1


def test_themes_too_small_for_two_crowds_stay_apart() -> None:
    labels, found = of((LARGE - 1, 0), (LARGE, 0), *[(LARGE, n) for n in range(2, 20)])
    assert np.array_equal(together(labels, found), labels)


def test_a_crowd_of_half_of_all_tells_nothing() -> None:
    labels, found = of((LARGE, 0), (LARGE, 0), (LARGE, 1), (LARGE, 2))
    assert np.array_equal(together(labels, found), labels)
