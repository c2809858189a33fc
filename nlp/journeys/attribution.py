"""Attribution: which touchpoints carry an end (buying, leaving), by removal, by Shapley, by first and last touch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from nlp.journeys.groups import Array

CUSTOMERS, ENDS = 10, 5
"""The fewest customers and ends of a touchpoint that is told: fewer are neither anonymous nor sure."""
RUNS, LEVEL = 200, 0.95
"""Resamples behind an interval, and how sure it is."""
CAVEAT = "Shares of what came before an end; none of them says that a touchpoint caused it."


@dataclass(frozen=True, slots=True)
class Path:
    """A customer's touchpoints in order of time, up to an end (`ended`), or to nothing for long enough."""

    customer: str
    touchpoints: tuple[str, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """An estimate with its 95 % interval over resampled customers (percentiles; Efron 1979)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Credit:
    """A touchpoint's part in the ends.

    paths: how many contain it, of so many customers; ends: how many of these paths end so. removal: the share of ends,
    0..1, that the chain of touchpoints would not reach without it (Anderl et al. 2016, Int. J. Res. Marketing 33:457).
    shapley: its share of all ends, 0..1; the shares of all touchpoints sum to 1. lift: shapley over what it would be if
    every path ended as often as any other: above 1 it carries more than its part. first, last: the shares of ends that
    it opens and closes.
    """

    touchpoint: str
    paths: int
    customers: int
    ends: int
    removal: Spread
    shapley: Spread
    lift: Spread
    first: float
    last: float

    @property
    def told(self) -> bool:
        """Whether enough customers and ends tell of it."""
        return self.customers >= CUSTOMERS and self.ends >= ENDS


def attribution(paths: Sequence[Path], *, order: int = 1, seed: int = 0) -> list[Credit]:
    """Those of most Shapley credit first; [] where no path ends. `order`: how many touchpoints the chain remembers."""
    kept = [path for path in paths if path.touchpoints]
    if not any(path.ended for path in kept):
        return []
    counted = _Counted(kept, order)
    removal, shapley, lift = (
        [Spread(*map(float, bounds)) for bounds in counted.spread(figure, seed).T]
        for figure in (counted.removal, counted.shapley, counted.lift)
    )
    first, last = counted.touch(0), counted.touch(-1)
    holds, whose, ends = (column.astype(int).tolist() for column in counted.counts())
    parts = zip(counted.names, holds, whose, ends, removal, shapley, lift, first.tolist(), last.tolist(), strict=True)
    found = [Credit(*part) for part in parts]
    return sorted(found, key=lambda credit: (-credit.shapley.value, credit.touchpoint))


class _Counted:
    """Paths as counts, so that a resample of customers is a weighting of rows: `weights`, float (paths,)."""

    def __init__(self, paths: Sequence[Path], order: int) -> None:
        self.names = sorted({touchpoint for path in paths for touchpoint in path.touchpoints})
        rank = {name: n for n, name in enumerate(self.names)}
        codes = [[rank[touchpoint] for touchpoint in path.touchpoints] for path in paths]
        self.ended = np.array([path.ended for path in paths], float)
        self.sides = np.array([(own[0], own[-1]) for own in codes])
        self.contains = np.zeros((len(paths), len(self.names)), bool)
        for row, own in enumerate(codes):
            self.contains[row, own] = True
        self.parts = self.contains / self.contains.sum(axis=1, keepdims=True)
        self.customer = np.unique([path.customer for path in paths], return_inverse=True)[1]
        self._remember(codes, order)

    def _remember(self, codes: Sequence[Sequence[int]], order: int) -> None:
        """Moves between states, which are the last `order` touchpoints; state 0 is the start, -1 an end, -2 none."""
        states: dict[tuple[int, ...], int] = {(): 0}
        moves: list[tuple[int, int, int]] = []
        for row, own in enumerate(codes):
            past = [tuple(own[max(0, n - order) : n]) for n in range(len(own) + 1)]
            visited = [states.setdefault(state, len(states)) for state in past]
            moves += [(row, *move) for move in pairwise([*visited, -1 if self.ended[row] else -2])]
        self.moves = np.array(moves).T
        self.size = len(states)
        self.newest: list[list[int]] = [[] for _ in self.names]
        for state, number in states.items():
            if state:
                self.newest[state[-1]].append(number)

    def counts(self) -> tuple[Array, Array, Array]:
        """Of each touchpoint the paths that contain it, their customers, and those of the paths that ended."""
        whose = [len(np.unique(self.customer[rows])) for rows in self.contains.T]
        return self.contains.sum(axis=0), np.array(whose), self.ended @ self.contains

    def removal(self, weights: Array) -> Array:
        """Without a touchpoint whatever leads to it leads to no end: all states are removed of which it is the newest.

        With visits N = (I - Q)^-1 between states (Kemeny & Snell 1960) and chances h to end from each, a start at 0
        first meets the removed set G in state g with chance N[0, G] N[G, G]^-1, and loses h[g].
        """
        row, origin, target = self.moves
        table = np.zeros((self.size, self.size + 2))
        np.add.at(table, (origin, target), weights[row])
        sums = table.sum(axis=1, keepdims=True)
        table = np.divide(table, sums, out=np.zeros_like(table), where=sums > 0)
        visits = np.linalg.inv(np.eye(self.size) - table[:, : self.size])
        ends = visits @ table[:, -1]
        lost = [np.linalg.solve(visits[np.ix_(g, g)].T, visits[0, g]) @ ends[g] for g in self.newest]
        found: Array = np.array(lost) / max(ends[0], 1e-12)
        return found

    def shapley(self, weights: Array) -> Array:
        """A coalition's worth is the number of ends of paths that lie within it (Zhao et al. 2018, arXiv:1804.05327).

        A set's own ends then fall to its members in equal parts (Harsanyi 1959): exact for any number of touchpoints.
        """
        won = weights * self.ended
        found: Array = won @ self.parts / max(won.sum(), 1e-12)
        return found

    def lift(self, weights: Array) -> Array:
        usual = weights @ self.parts / weights.sum()
        found: Array = np.divide(self.shapley(weights), usual, out=np.ones_like(usual), where=usual > 0)
        return found

    def touch(self, side: int) -> Array:
        """The share of ends whose first (0) or last (-1) touchpoint each is."""
        found: Array = np.bincount(self.sides[:, side], self.ended, len(self.names)) / self.ended.sum()
        return found

    def spread(self, figure: Callable[[Array], Array], seed: int) -> Array:
        """The figure of all customers, and the ends of its interval: float (3, touchpoints)."""
        rng, count = np.random.default_rng(seed), int(self.customer.max()) + 1
        drawn: list[Any] = [rng.multinomial(count, np.full(count, 1 / count)) for _ in range(RUNS)]
        runs = np.array([figure(times[self.customer].astype(float)) for times in drawn])
        tail = 100 * (1 - LEVEL) / 2
        return np.vstack([figure(np.ones(len(self.customer))), np.percentile(runs, [tail, 100 - tail], axis=0)])
