"""Anomalies: days with more or fewer conversations of a stage, a theme or a channel than its weeks lead to expect.

What is expected is a log-linear regression on the weeks before (Farrington et al. 1996, JRSS A 159:547): level, trend,
and the weekday's share of the week, drawn towards that of all conversations. Days that were anomalous themselves are
taken out of it. Counts scatter as a negative binomial; Benjamini & Hochberg's procedure (1995) over all series and days
that are looked at keeps the share of false alarms under FALSE.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from nlp.journeys.groups import Array

WEEKS = 8
"""Weeks before a day that it is compared with."""
PAST = 7 * WEEKS
FALSE = 0.05
LEAST = 1.5
"""However sure, a day that is not so many times the expected, or as small a part of it, is none."""
PULL = 20.0
"""Conversations whose weight the weekdays of all have against a series' own."""
FEWEST = 10
"""Conversations in the weeks before, at least: of fewer nothing is expected."""
CARE = 1.2
"""By so much the scatter is taken for larger than it was: fewer than 50 days tell of it, and they may be calm ones."""
BOLD = 3.0
"""Past days so many standard deviations above what is expected count as that much alone."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Series and day, by their places; its count, what was expected with the 95 % range of counts, and p, two-sided."""

    series: int
    day: int
    count: int
    expected: float
    low: int
    high: int
    p: float


def anomalies(counts: Array, *, days: int) -> tuple[list[Anomaly], int]:
    """(the anomalous of the last `days`, latest and surest first; how many were looked at). counts: int (k, t), every
    series' conversations a day, oldest first; the first day may be any weekday."""
    told: list[Anomaly] = []
    total = counts.sum(axis=0)
    for day in range(max(PAST, counts.shape[1] - days), counts.shape[1]):
        if total[day - PAST : day].sum():
            told += _day(counts, total, day)
    if not told:
        return [], 0
    from scipy.stats import false_discovery_control  # slow to import, and a server waits for it at its start

    sure = false_discovery_control([one.p for one in told]) <= FALSE
    found = [one for one, q in zip(told, sure, strict=True) if q and _large(one)]
    return sorted(found, key=lambda one: (-one.day, one.p, one.series)), len(told)


def _large(one: Anomaly) -> bool:
    return one.count >= LEAST * one.expected or one.count * LEAST <= one.expected


def _day(counts: Array, total: Array, day: int) -> list[Anomaly]:
    past = counts[:, day - PAST : day].astype(float)
    kept = np.flatnonzero(past.sum(axis=1) >= FEWEST)
    week = np.arange(-PAST, 0) % 7
    usual = np.bincount(week, total[day - PAST : day], 7) / total[day - PAST : day].sum()
    expected, error, scatter = _expected(past[kept], week, usual)
    return [
        _told(int(series), day, int(counts[series, day]), *figures)
        for series, *figures in zip(kept.tolist(), expected.tolist(), error.tolist(), scatter.tolist(), strict=True)
    ]


def _expected(past: Array, week: Array, usual: Array) -> tuple[Array, Array, Array]:
    """Of each series what is expected of the day after (k,), its relative error, and the dispersion: the variance by
    the mean, as it is over all days, or by a variance that rises with the mean's square, the larger one.

    The day after has the weekday of the first one: PAST is whole weeks.
    """
    shares = np.stack([np.bincount(week, row, 7) for row in past]) if len(past) else np.zeros((0, 7))
    shares = (shares + PULL * usual) / (shares.sum(axis=1, keepdims=True) + PULL)
    season = np.maximum(7 * shares, 1e-3)[:, week]
    at = np.linspace(-1, 0, PAST, endpoint=False) + 1 / PAST
    kept = past
    for _ in range(2):
        level, covariance = _fitted(kept, season, at)
        fit = np.exp(level[:, :1] + level[:, 1:] * at) * season
        scatter = CARE * np.maximum(1.0, ((kept - fit) ** 2 / np.maximum(fit, 1e-6)).sum(axis=1) / (PAST - 8))
        most = fit + BOLD * np.sqrt(scatter[:, None] * np.maximum(fit, 0.5))
        kept = np.minimum(past, most)
    ahead = 1 / PAST
    mean = np.exp(level[:, 0] + level[:, 1] * ahead) * season[:, 0]
    curve = ((kept - fit) ** 2 - fit).sum(axis=1) / np.maximum((fit**2).sum(axis=1), 1e-6)
    scatter = np.maximum(scatter, CARE * (1 + np.maximum(curve, 0) * mean))
    direction = np.array([1.0, ahead])
    error = np.sqrt(
        scatter * np.einsum("i,kij,j->k", direction, covariance, direction) + 1 / (past.sum(axis=1) / 7 + PULL)
    )
    return mean, error, scatter


def _fitted(past: Array, season: Array, at: Array) -> tuple[Array, Array]:
    """(level and trend (k, 2), their covariance (k, 2, 2)) of a Poisson regression with `season` as exposure, by
    Newton's method; the trend is drawn to none by a prior of standard deviation 1/2."""
    design = np.stack([np.ones(PAST), at], axis=1)
    prior = np.diag([1e-6, 4.0])
    found = np.stack([np.log(np.maximum(past.sum(axis=1), 0.5) / season.sum(axis=1)), np.zeros(len(past))], axis=1)
    for _ in range(12):
        fit = np.exp(np.clip(found @ design.T, -20, 20)) * season
        slope = (past - fit) @ design - found @ prior
        bend = np.einsum("kt,ti,tj->kij", fit, design, design) + prior
        found = found + np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
    return found, np.linalg.inv(bend)


def _told(series: int, day: int, count: int, expected: float, error: float, scatter: float) -> Anomaly:
    """The count is negative binomial: its variance is the dispersion's and that of the expectation's own error."""
    variance = max(scatter * expected + (error * expected) ** 2, expected * (1 + 1e-9))
    size = expected**2 / (variance - expected)
    prob = size / (size + expected)

    def up_to(k: int) -> float:
        return float(betainc(size, k + 1, prob)) if k >= 0 else 0.0

    p = min(1.0, 2 * min(up_to(count), 1 - up_to(count - 1)))
    low, high = (_quantile(up_to, part, expected) for part in (0.025, 0.975))
    return Anomaly(series, day, count, expected, low, high, p)


def _quantile(up_to: Callable[[int], float], part: float, expected: float) -> int:
    """The smallest count up to which at least that part lies."""
    least, most = 0, int(10 * expected) + 50
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if up_to(middle) >= part else (middle + 1, most)
    return least
