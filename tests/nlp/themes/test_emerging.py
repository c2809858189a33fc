"""What emerges is told within two periods, what fades is told, and what only looks so is not."""

import numpy as np
import pytest

from nlp.themes.emerging import EMERGING, FADING, STEADY, UNTOLD, movements, significant, told
from nlp.themes.rates import ratio

THEMES, PERIODS = 12, 20


def steady(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(10, (THEMES, PERIODS))


def kinds(counts: np.ndarray, volume: np.ndarray | None = None) -> list[str]:
    return [m.kind for m in movements(counts, counts.sum(axis=0) * 2 if volume is None else volume)]


def test_where_nothing_moves_nothing_is_told() -> None:
    assert kinds(steady()) == [STEADY] * THEMES


def test_a_new_theme_emerges_in_its_first_week_and_the_others_stay() -> None:
    counts = steady()
    counts[3] = 0
    counts[3, -1] = 8
    assert [k for k, kind in enumerate(kinds(counts)) if kind != STEADY] == [3]
    found = movements(counts, counts.sum(axis=0) * 2)[3]
    assert (found.kind, found.periods) == (EMERGING, 1)
    assert found.ratio is not None
    assert found.ratio.low > 10
    assert found.p < 1e-6


def test_a_theme_that_stays_away_for_a_month_fades() -> None:
    counts = steady()
    counts[5, -4:] = 0
    assert kinds(counts)[5] == FADING


def test_a_theme_that_grows_more_slowly_than_all_others_does_not_fade() -> None:
    counts = np.full((3, PERIODS), 10)
    counts[:, -4:] = [[12], [100], [100]]
    found = movements(counts, counts.sum(axis=0))
    assert found[0].ratio is not None
    assert found[0].ratio.value < 0.5
    assert found[0].kind == STEADY


def test_an_outage_of_one_theme_makes_no_other_fade() -> None:
    counts = steady()
    counts[0, -1] = 400
    assert kinds(counts, counts.sum(axis=0)) == [EMERGING] + [STEADY] * (THEMES - 1)


def test_twice_as_many_conversations_of_all_themes_make_none_emerge() -> None:
    counts = steady()
    counts[:, -2:] *= 2
    assert EMERGING not in kinds(counts)


def test_a_sure_but_small_rise_is_steady() -> None:
    counts = np.full((2, PERIODS), 10_000)
    counts[0, -1] = 12_000
    assert kinds(counts) == [STEADY, STEADY]


def test_with_less_than_five_periods_it_is_too_early_to_tell() -> None:
    assert kinds(steady()[:, :4]) == [UNTOLD] * THEMES
    assert movements(np.zeros((0, 0), int), np.zeros(0, int)) == []
    assert kinds(np.zeros((1, 9), int)) == [UNTOLD]


def test_the_largest_movement_comes_first() -> None:
    counts = steady()
    counts[2, -1], counts[7, -1] = 60, 90
    assert told(movements(counts, counts.sum(axis=0)), EMERGING) == [7, 2]


def test_step_up_takes_all_up_to_the_last_that_passes() -> None:
    assert significant(np.array([0.04, 0.01, 0.9, 0.03])).tolist() == [False, True, False, False]
    assert significant(np.array([0.04, 0.01, 0.035, 0.03])).tolist() == [True] * 4
    assert significant(np.array([])).tolist() == []


def test_a_movement_is_reckoned_from_the_counts_that_it_tells() -> None:
    counts = steady()
    counts[0, -4:], counts[5, -4:] = 40, 0
    volume = counts.sum(axis=0) * 2
    for row, m in zip(counts, movements(counts, volume), strict=True):
        assert m.now == (row[-m.periods :].sum(), volume[-m.periods :].sum())
        assert m.before == (row[: -m.periods].sum(), volume[: -m.periods].sum())
        assert m.ratio is not None
        assert m.ratio.value == pytest.approx(max(m.now[0], 0.5) / m.now[1] / (m.before[0] / m.before[1]))


def test_a_ratio_has_its_rate_between_the_ends() -> None:
    found = ratio(100, 50, 0.5)
    assert found.low < 0.5 < found.high
    assert 0.49 < found.value < 0.51
    assert ratio(100, 50, 0.5, 4.0).high > found.high
