"""Rows to learn forecasts from: customers as they were known at moments of the past, and what came after."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.journeys.facts import Facts
from nlp.journeys.features import Table, table
from nlp.journeys.groups import Array
from nlp.journeys.ledger import DAY
from nlp.journeys.targets import grid, moments, targets
from nlp.taxonomy import Taxonomy

STEP = 14 * DAY
MOST = 150_000
"""Rows at most; customers are drawn where there are more."""
Busy = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Rows:
    """customer (a number), at (microseconds): int64 (n,); table: their features; targets: name -> classes, str (n,)."""

    customer: Array
    at: Array
    table: Table
    targets: Mapping[str, Array]

    def where(self, mask: Array) -> "Rows":
        cut = {name: column[mask] for name, column in self.table.items()}
        came = {name: column[mask] for name, column in self.targets.items()}
        return Rows(self.customer[mask], self.at[mask], cut, came)


def rows(
    journeys: Iterable[tuple[Facts, Busy]], taxonomy: Taxonomy, *, until: int, step: int = STEP, seed: int = 0
) -> Rows:
    """Every customer at every moment of the grid at which something is foretold; `until`: the last moment seen."""
    everyone = [(own, moments(own, busy, taxonomy, step=step, until=until)) for own, busy in journeys]
    everyone = _drawn([pair for pair in everyone if pair[1]], seed)
    customer, at = grid(len(everyone), [when for _, when in everyone])
    came = [targets(own, when, taxonomy) for own, when in everyone]
    names = targets(Facts(), (), taxonomy)
    return Rows(
        customer,
        at,
        table([everyone[n][0] for n in customer], at, taxonomy),
        {name: np.array([word for own in came for word in own[name]], str) for name in names},
    )


def _drawn(everyone: list[tuple[Facts, list[int]]], seed: int) -> list[tuple[Facts, list[int]]]:
    """Whole customers, so that no more than MOST rows are left."""
    counts = np.array([len(when) for _, when in everyone])
    if counts.sum() <= MOST:
        return everyone
    order = np.random.default_rng(seed).permutation(len(everyone))
    kept = np.sort(order[np.cumsum(counts[order]) <= MOST])
    return [everyone[n] for n in kept]
