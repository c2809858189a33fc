"""Sub-themes: a theme is divided only where its texts fall apart surely."""

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import Places
from nlp.themes.parts import MOST, parts

DIMENSION = 32


def around(*middles: tuple[int, float], count: int, seed: int) -> Floats:
    """`count` rows near the mix of axes, each with its weight."""
    draw = np.random.default_rng(seed)
    middle = np.zeros(DIMENSION)
    for axis, weight in middles:
        middle[axis] = weight
    rows = middle + draw.normal(0, 0.04, (count, DIMENSION))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_a_theme_of_two_matters_has_two_parts_the_larger_first() -> None:
    rows = np.vstack([around((0, 1.0), (1, 0.6), count=20, seed=1), around((0, 1.0), (2, 0.6), count=40, seed=2)])
    found = parts(rows, np.zeros(60, np.intp), least=4)
    assert found.tolist() == [1] * 20 + [0] * 40


def test_a_theme_of_one_matter_has_no_parts() -> None:
    draw = np.random.default_rng(3)
    rows = np.eye(DIMENSION)[0] + draw.normal(0, 0.04, (60, DIMENSION))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    assert set(parts(rows, np.zeros(60, np.intp), least=4).tolist()) == {-1}


def test_a_small_theme_is_not_divided_and_what_is_in_no_theme_has_no_part() -> None:
    rows = np.vstack([around((0, 1.0), (1, 0.6), count=8, seed=1), around((0, 1.0), (2, 0.6), count=8, seed=2)])
    labels: Places = np.array([0] * 12 + [-1] * 4, np.intp)
    assert set(parts(rows, labels, least=4).tolist()) == {-1}


def test_each_theme_is_divided_by_itself() -> None:
    one = [around((0, 1.0), (n, 0.7), count=20, seed=n) for n in (1, 2)]
    two = [around((9, 1.0), (n, 0.7), count=20, seed=n) for n in (3, 4, 5)]
    labels: Places = np.array([0] * 40 + [1] * 60, np.intp)
    found = parts(np.vstack(one + two), labels, least=4)
    assert [len(set(found[labels == theme].tolist())) for theme in (0, 1)] == [2, 3]
    assert found.max() < MOST
