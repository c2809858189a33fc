"""Transitions: how often, and after how long, customers go from one stage to another."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from nlp.journeys.visits import Visit

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Transition:
    """All moves from one stage to the next one seen.

    `count`: moves; `customers`: who made at least one. `share`: of all departures from `origin`, 0..1, so that the
    shares of one origin sum to 1. `median_days`: from the first sighting at `origin` to the first at `target`.
    A customer who is still where they were last seen has not departed.
    """

    origin: str
    target: str
    count: int
    customers: int
    share: float
    median_days: float


def transitions(journeys: Iterable[Sequence[Visit]]) -> list[Transition]:
    """The transitions of many customers, each given by their merged visits; the most frequent first."""
    days: dict[tuple[str, str], list[float]] = defaultdict(list)
    movers: dict[tuple[str, str], int] = defaultdict(int)
    departures: dict[str, int] = defaultdict(int)
    for stays in journeys:
        moves = [(a.stage, b.stage, (b.since - a.since).total_seconds() / DAY) for a, b in pairwise(stays)]
        for origin, target, took in moves:
            days[origin, target].append(took)
            departures[origin] += 1
        for move in {(origin, target) for origin, target, _ in moves}:
            movers[move] += 1
    found = [
        Transition(*move, len(took), movers[move], len(took) / departures[move[0]], median(took))
        for move, took in days.items()
    ]
    return sorted(found, key=lambda t: (-t.count, t.origin, t.target))
