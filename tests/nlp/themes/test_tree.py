"""Of two trees' cuts that one is chosen whose themes are distinct, hold together and come back."""

import numpy as np
import pytest

from nlp.encoder import Floats
from nlp.themes.assign import Places
from nlp.themes.tree import LOOSE, Cut, chosen, cuts, themes

DIMENSION = 48


def judged(number: int, merit: float, cohesion: float = 0.9) -> Cut:
    """A cut into `number` themes of one size, whose merit is `merit`."""
    each = np.ones(number)
    return Cut(np.arange(number), np.ones(number, np.intp), cohesion * each, merit * each, each, each)


def crowds(*sizes: int, width: float = 0.12) -> tuple[Floats, Places]:
    """Rows about one axis a crowd, and which crowd each is of."""
    draw, truth = np.random.default_rng(5), np.repeat(np.arange(len(sizes)), sizes)
    rows = np.eye(DIMENSION)[truth] + draw.normal(0, width, (len(truth), DIMENSION))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), truth


def test_merit_is_the_mean_over_texts_of_their_theme_s_three_figures() -> None:
    distinct, together, stable = np.array([0.5, -0.2]), np.array([0.8, 0.9]), np.array([0.9, 1.0])
    cut = Cut(np.array([0, 0, 0, 1]), np.array([3, 1]), np.ones(2), distinct, together, stable)
    assert cut.merit == pytest.approx(0.75 * 0.5 * 0.8**2 * 0.9)
    assert cut.mean(cut.stable) == pytest.approx(0.925)


def test_the_cut_of_most_merit_is_chosen_from_either_tree() -> None:
    coarse, fine = [judged(n, 0.3) for n in range(2, 8)], [judged(n, 0.5 - abs(n - 6) / 20) for n in range(2, 12)]
    assert len(chosen([coarse, fine]).sizes) == len(chosen([fine, coarse]).sizes) == 6


def test_loose_cuts_are_left_out_where_a_tighter_one_is_found() -> None:
    tried = [judged(n, 0.9 - n / 20, LOOSE + (n - 5) / 50) for n in range(2, 12)]
    assert len(chosen([tried]).sizes) == 5
    assert len(chosen([tried[:3]]).sizes) == 2


def test_a_cut_that_is_good_by_chance_is_not_chosen() -> None:
    lone = [judged(n, 0.6 if n == 3 else 0.1) for n in range(2, 6)]
    broad = [judged(n, 0.5) for n in range(6, 12)]
    assert len(chosen([lone + broad]).sizes) >= 6


def test_crowds_of_like_sizes_are_found_as_they_are() -> None:
    rows, truth = crowds(*[20] * 12)
    found = themes(rows, fewest=6, most=30, least=5)
    assert len(set(zip(truth.tolist(), found.tolist(), strict=True))) == 12 == len(set(found.tolist()))


def test_a_large_crowd_stays_whole_beside_small_ones() -> None:
    rows, truth = crowds(300, *[20] * 10)
    found = themes(rows, fewest=6, most=30, least=5)
    largest = np.bincount(found[truth == 0]).max()
    assert largest >= 0.95 * 300
    assert len({np.bincount(found[truth == n]).argmax() for n in range(11)}) == 11


def test_no_theme_is_smaller_than_the_least_before_borders_settle() -> None:
    rows, _ = crowds(30, 30, 2, 2)
    for own in cuts(rows, fewest=2, most=8, least=5):
        assert max(len(cut.sizes) for cut in own) <= 64 // 5


def test_rows_that_fall_into_no_two_groups_are_one_theme() -> None:
    rows = np.tile(np.eye(DIMENSION, dtype=np.float32)[:1], (24, 1))
    assert set(themes(rows, fewest=4, most=10, least=12).tolist()) == {0}
