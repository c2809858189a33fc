"""Change points lie where a share changes, and nowhere else; periods hold what falls into them."""

from datetime import date

import numpy as np
import pytest

from nlp.errors import UnknownName
from nlp.themes.periods import between, gathered, start
from nlp.themes.rates import dispersions
from nlp.themes.trend import LONGEST, changes

VOLUME = np.full(24, 200)


def test_a_period_starts_on_its_monday_or_first() -> None:
    day = date(2026, 10, 1)
    assert [start(day, period) for period in ("day", "week", "month")] == [day, date(2026, 9, 28), day]
    with pytest.raises(UnknownName, match="year"):
        start(day, "year")


def test_periods_without_anything_are_there_too() -> None:
    assert between(date(2026, 1, 31), date(2026, 4, 1), "month") == [date(2026, n, 1) for n in range(1, 5)]
    assert len(between(date(2026, 2, 27), date(2026, 3, 2), "day")) == 4


def test_days_add_up_to_their_period_and_others_count_nowhere() -> None:
    weeks = between(date(2026, 3, 2), date(2026, 3, 15), "week")
    counts = gathered(
        [{date(2026, 3, 2): 1, date(2026, 3, 8): 2, date(2026, 3, 9): 4, date(2026, 4, 1): 9}, {}], weeks, "week"
    )
    assert counts.tolist() == [[3, 4], [0, 0]]


def test_a_share_that_trebles_is_one_change_where_it_happens() -> None:
    counts = np.where(np.arange(24) < 15, 5, 15) + np.arange(24) % 3
    (found,) = changes(counts[None], VOLUME)[0]
    assert found.place == 15
    assert (found.before, found.after) == pytest.approx((6 / 200, 16 / 200))


def test_more_of_everything_is_no_change_of_a_theme() -> None:
    volume = np.where(np.arange(24) < 12, 100, 400)
    assert changes((volume // 10)[None], volume) == [[]]


def test_what_scatters_anyway_must_change_by_more() -> None:
    steady = np.where(np.arange(24) < 12, 8, 18)
    wild = steady * np.where(np.arange(24) % 2, 2, 0)
    assert len(changes(steady[None], VOLUME)[0]) == 1
    assert changes(wild[None], VOLUME) == [[]]


@pytest.mark.parametrize("counts", [[], [3], [3, 3, 3], [0] * 10, [200] * 10])
def test_a_series_that_is_short_or_empty_or_everything_has_no_change(counts: list[int]) -> None:
    assert changes(np.array([counts]), np.full(len(counts), 200)) == [[]]


def test_the_places_of_a_very_long_series_count_from_its_beginning() -> None:
    counts = np.where(np.arange(LONGEST + 100) < 300, 5, 50)
    (found,) = changes(counts[None], np.full(len(counts), 200))[0]
    assert found.place == 300


def test_counts_as_chance_has_them_have_dispersion_about_one_and_bursts_more() -> None:
    draw = np.random.default_rng(0)
    even = draw.binomial(200, 0.1, (1, 400))
    bursts = draw.binomial(20, 0.1, (1, 400)) * 10
    volume = np.full(400, 200)
    assert dispersions(even, volume)[0] == pytest.approx(1, abs=0.15)
    assert dispersions(bursts, volume)[0] == pytest.approx(10, rel=0.2)
    assert dispersions(even[:, :2], volume[:2]).tolist() == [1.0]
