"""Trend: where the share of a theme changed, found exactly among all ways to cut its time into pieces."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import xlogy

from nlp.themes.rates import Array, dispersions

SHORTEST = 2
"""Periods between two changes, at least."""
PENALTY = 6.5
"""A change must gain this and log(periods) of twice the log-likelihood: a series without any then shows one in at most
5 % of cases (benchmarks/results/theme-change.md)."""
LONGEST = 400
"""Periods looked at, the latest ones: the work grows with their square."""


@dataclass(frozen=True, slots=True)
class Change:
    """From the period at `place` on, `after` is the share 0..1 of the volume; it was `before`."""

    place: int
    before: float
    after: float


def changes(counts: Array, volume: Array) -> list[list[Change]]:
    """Change points of each of k series of `counts`, (k, t), in `volume`, (t,), oldest first.

    That cut of the periods into pieces of one binomial share each that is likeliest after the penalty: optimal
    partitioning (Jackson et al. 2005), whose exact optimum PELT (Killick et al. 2012) finds sooner in long series. A
    count that scatters by more than chance must change by more.
    """
    skipped = max(0, len(volume) - LONGEST)
    c, n = counts[:, skipped:].astype(float), volume[skipped:].astype(float)
    penalties = (PENALTY + math.log(max(len(n), 1))) * dispersions(c, n)
    return [_changes(row, n, float(penalty), skipped) for row, penalty in zip(c, penalties, strict=True)]


def _changes(c: Array, n: Array, penalty: float, skipped: int) -> list[Change]:
    if len(c) < 2 * SHORTEST or not 0 < c.sum() < n.sum():
        return []
    places = _partition(c, n, penalty)
    bounds = [0, *places, len(c)]
    shares = [_share(c[a:b], n[a:b]) for a, b in pairwise(bounds)]
    return [Change(skipped + p, shares[k], shares[k + 1]) for k, p in enumerate(places)]


def _share(counts: Array, volume: Array) -> float:
    return float(counts.sum() / max(volume.sum(), 1))


def _partition(counts: Array, volume: Array, penalty: float) -> list[int]:
    """Where the pieces of least cost begin, but the first: best[e] is the least cost of the periods before e."""
    c, n = (np.concatenate(([0.0], np.cumsum(row))) for row in (counts, volume))
    end = len(counts)
    best, last = np.full(end + 1, np.inf), np.zeros(end + 1, np.intp)
    best[0] = -penalty
    for e in range(SHORTEST, end + 1):
        begins = np.arange(0, e - SHORTEST + 1)
        cost = best[begins] + _cost(c[e] - c[begins], n[e] - n[begins]) + penalty
        last[e] = begins[cost.argmin()]
        best[e] = cost.min()
    places: list[int] = []
    while (end := int(last[end])) > 0:
        places.append(end)
    return places[::-1]


def _cost(counts: Array, volume: Array) -> Array:
    """Twice the negative log-likelihood of binomial counts at their own share."""
    volume = np.maximum(volume, 1e-9)
    cost: Array = -2 * (xlogy(counts, counts / volume) + xlogy(volume - counts, 1 - counts / volume))
    return cost
