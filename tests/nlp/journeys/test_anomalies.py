"""Unusual days: found where there are any, beside weekdays and a trend; few where there are none."""

import numpy as np

from nlp.journeys.anomalies import PAST, anomalies

WEEK = np.array([1.3, 1.2, 1.1, 1.1, 1.0, 0.3, 0.2])


def drawn(seed: int, series: int = 12, days: int = 140, mean: float = 12.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = (
        mean
        * np.exp(rng.uniform(-0.5, 0.5, series))[:, None]
        * np.exp(rng.uniform(-0.5, 0.5, (series, 1)) * np.arange(days) / days)
    )
    return rng.poisson(level * WEEK[np.arange(days) % 7] * rng.gamma(20, 1 / 20, (series, days)))


def test_a_planted_day_is_found_with_what_was_expected() -> None:
    counts = drawn(1)
    counts[3, 130] = 60
    counts[5, 136] = 0
    found, tested = anomalies(counts, days=28)
    assert tested == 12 * 28
    assert (3, 130) in {(one.series, one.day) for one in found}
    top = next(one for one in found if (one.series, one.day) == (3, 130))
    assert top.low <= top.expected <= top.high < top.count == 60


def test_quiet_weekends_are_not_unusual() -> None:
    counts = np.tile((20 * WEEK).astype(int), 20)[None].repeat(3, axis=0)
    assert anomalies(counts, days=28)[0] == []


def test_where_nothing_happens_there_is_an_alarm_in_few_months() -> None:
    alarms = [bool(anomalies(drawn(seed), days=28)[0]) for seed in range(16)]
    assert sum(alarms) <= 2


def test_the_range_of_a_day_holds_nineteen_of_twenty() -> None:
    held = []
    for seed in range(3):
        counts = drawn(100 + seed, days=100)
        for day in range(PAST, counts.shape[1]):
            cut = counts[:, : day + 1].copy()
            cut[:, day] = 10_000
            told, _ = anomalies(cut, days=1)
            held += [one.low <= counts[one.series, day] <= one.high for one in told]
    assert len(held) > 1_500
    assert 0.93 < np.mean(held) < 0.99


def test_fewer_than_eight_weeks_and_series_of_next_to_nothing_are_not_judged() -> None:
    assert anomalies(drawn(1)[:, :PAST], days=28) == ([], 0)
    rare = np.zeros((2, 140), int)
    rare[0, 50], rare[1, 139] = 3, 3
    assert anomalies(rare, days=28) == ([], 0)
