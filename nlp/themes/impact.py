"""Impact: how an overall mean would change if the conversations with a theme were not there."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.special import ndtr, ndtri

from nlp.themes.rates import Array

ROUNDS = 1_000
PARTS = 2_000
"""Of more customers, so many even parts at random are resampled: the width of an interval is then known to 2 %."""
FEWEST = 8
"""Customers who tell a theme, at least: of fewer no interval is told."""


@dataclass(frozen=True, slots=True)
class Impact:
    """`change`: the mean score without a theme's conversations less the mean of all, with its 95 % interval (None where
    too few tell of it, or all do). `conversations`: those with the theme that have a score."""

    change: float | None
    low: float | None
    high: float | None
    conversations: int


def impacts(scores: Array, customers: Array, members: csr_array, *, seed: int = 0) -> list[Impact]:
    """The impact of each of k themes on the mean of `scores`, float (n,), NaN where a conversation has none.

    customers: int (n,), whose conversation it is; they are resampled whole, as what one person says hangs together.
    members: bool (n, k), the themes of each conversation. The definition is Thematic's; the interval is Efron's bias-
    corrected and accelerated bootstrap (BCa, 1987), all themes in one product of matrices.
    """
    scored = np.isfinite(scores)
    sums = _sums(scores[scored], customers[scored], csr_array(members)[np.flatnonzero(scored)], seed)
    count, tellers = members.shape[1], _tellers(customers[scored], csr_array(members)[np.flatnonzero(scored)])
    if not len(sums):
        return [Impact(None, None, None, 0)] * count
    draws = np.random.default_rng(seed).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), ROUNDS)
    total = sums.sum(axis=0)
    change, left_out = _change(total[None], count)[0], _change(total - sums, count)
    low, high = _bca(change, _change(draws @ sums, count), left_out)
    return [
        Impact(
            _number(change[k]),
            _number(low[k]) if tellers[k] >= FEWEST else None,
            _number(high[k]) if tellers[k] >= FEWEST else None,
            int(total[2 + k]),
        )
        for k in range(count)
    ]


def _sums(scores: Array, customers: Array, members: csr_array, seed: int) -> Array:
    """(parts, 2 + 2k): of each customer, or part of them, how many conversations and the sum of their scores; then the
    same of those with each theme."""
    if not len(scores):
        return np.zeros((0, 2 + 2 * members.shape[1]))
    _, unit = np.unique(customers, return_inverse=True)
    if unit.max() >= PARTS:
        unit = (np.random.default_rng(seed).permutation(unit.max() + 1) % PARTS)[unit]
    gather = csr_array((np.ones(len(unit)), (unit, np.arange(len(unit)))), shape=(unit.max() + 1, len(unit)))
    of = members.astype(float)
    told = (gather @ of).toarray(), (gather @ (of * scores[:, None])).toarray()
    return np.hstack([gather @ np.column_stack([np.ones(len(scores)), scores]), *told])


def _tellers(customers: Array, members: csr_array) -> Array:
    """(k,): customers with a conversation of each theme."""
    rows, themes = members.nonzero()
    pairs = np.unique(np.column_stack([customers[rows], themes]), axis=0)
    return np.bincount(pairs[:, 1], minlength=members.shape[1])


def _change(sums: Array, k: int) -> Array:
    """(rows, k): mean without a theme less mean of all; NaN where nothing is left."""
    n, total, own, theirs = sums[:, :1], sums[:, 1:2], sums[:, 2 : 2 + k], sums[:, 2 + k :]
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = np.where(n > own, (total - theirs) / (n - own), np.nan) - total / n
    return found


def _bca(change: Array, again: Array, left_out: Array) -> tuple[Array, Array]:
    """The ends of the interval, each (k,)."""
    below = ((again < change).mean(axis=0) + (again <= change).mean(axis=0)) / 2
    bias = ndtri(np.clip(below, 1 / ROUNDS, 1 - 1 / ROUNDS))
    apart = np.nan_to_num(np.nan_to_num(left_out).mean(axis=0) - left_out)
    spread = (apart**2).sum(axis=0)
    skew = (apart**3).sum(axis=0) / np.maximum(6 * spread**1.5, 1e-300)
    ends = []
    for point in (0.025, 0.975):
        moved = bias + ndtri(point)
        level = ndtr(bias + moved / (1 - skew * moved))
        ends.append(np.array([_quantile(again[:, k], level[k]) for k in range(len(change))]))
    return ends[0], ends[1]


def _quantile(values: Array, level: float) -> float:
    known = values[np.isfinite(values)]
    return float(np.quantile(known, level)) if len(known) else float("nan")


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
