"""Archetypes: customers whose ways of writing are alike, as many groups as come back in other customers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.journeys.groups import Array
from nlp.journeys.portraits import Portraits

MOST = 10
"""Archetypes at most: more are not kept apart in a head."""
STABLE = 0.8
"""Prediction strength from which on a number of groups is real (Tibshirani & Walther 2005, JCGS 14:511)."""
HALVES, STARTS = 3, 4
FEWEST = 60
"""Customers under whom all are one archetype."""
DRAWN = 4_000
"""Customers by whom the number of archetypes is judged."""
EXAMPLES, TRAITS = 3, 3


@dataclass(frozen=True, slots=True)
class Trait:
    """What sets an archetype apart: the mean share of contacts with it, and that of all customers, 0..1."""

    name: str
    value: float
    usual: float


@dataclass(frozen=True, slots=True)
class Archetype:
    """members: rows of its customers, int64. traits: most telling first. stability: of two of its customers, the chance
    that other customers, grouped by themselves, would also put them together, 0..1. examples: rows nearest its middle.
    """

    members: Array
    traits: tuple[Trait, ...]
    stability: float
    examples: tuple[int, ...]


def archetypes(portraits: Portraits, *, seed: int = 0) -> tuple[list[Archetype], list[tuple[int, float]]]:
    """(archetypes, largest first; (number, prediction strength) of each number tried). The number is the largest whose
    strength is STABLE at least: it is found without labels."""
    points, rng = portraits.points, np.random.default_rng(seed)
    tried = _strengths(points, rng) if len(points) >= FEWEST else []
    number = max((k for k, found in tried if min(found) >= STABLE), default=1)
    labels = _grouped(points, number, seed)[0]
    kept = np.arange(len(points)) if len(points) <= DRAWN else rng.choice(len(points), DRAWN, replace=False)
    stability = _stability(points[kept], labels[kept], number, rng) if len(points) >= FEWEST else np.ones(number)
    found = [_archetype(portraits, np.flatnonzero(labels == n), float(stability[n])) for n in range(number)]
    return sorted(found, key=lambda one: -len(one.members)), [(k, float(min(own))) for k, own in tried]


def _strengths(points: Array, rng: np.random.Generator) -> list[tuple[int, Array]]:
    """Of each number of groups the mean strength over halvings, of each group, weakest group of each halving first."""
    some = points if len(points) <= DRAWN else points[rng.choice(len(points), DRAWN, replace=False)]
    found = []
    different = len(np.unique(some.round(9), axis=0))
    for k in range(2, min(MOST, different // 4) + 1):
        weakest = [np.sort(_halved(some, k, rng)) for _ in range(HALVES)]
        found.append((k, np.mean(weakest, axis=0)))
    return found


def _halved(points: Array, k: int, rng: np.random.Generator) -> Array:
    """Both halves are grouped by themselves; of each group of the one, the share of its pairs that the other's groups
    keep together."""
    order = rng.permutation(len(points))
    learnt, held = points[order[::2]], points[order[1::2]]
    own = _grouped(held, k, int(rng.integers(2**31)))[0]
    other = _nearest(held, _grouped(learnt, k, int(rng.integers(2**31)))[1])
    return _together(own, other, k)


def _together(own: Array, other: Array, k: int) -> Array:
    """float64 (k,): of each group of `own`, the share of pairs that are together in `other`, too; 0 of one customer."""
    table = np.zeros((k, int(other.max(initial=0)) + 1))
    np.add.at(table, (own, other), 1)
    size = table.sum(axis=1)
    pairs: Array = (table * (table - 1)).sum(axis=1) / np.maximum(size * (size - 1), 1)
    return pairs


def _stability(points: Array, labels: Array, k: int, rng: np.random.Generator) -> Array:
    """How well half of the customers, grouped by themselves, tell each archetype."""
    runs = []
    for _ in range(HALVES):
        half = rng.permutation(len(points))[::2]
        runs.append(_together(labels, _nearest(points, _grouped(points[half], k, int(rng.integers(2**31)))[1]), k))
    mean: Array = np.mean(runs, axis=0)
    return mean


def _grouped(points: Array, k: int, seed: int) -> tuple[Array, Array]:
    """(labels int (n,), middles (k, d)), by k-means."""
    from sklearn.cluster import KMeans

    if k == 1:
        return np.zeros(len(points), int), points.mean(axis=0, keepdims=True)
    found = KMeans(k, n_init=STARTS, random_state=seed).fit(points)
    return found.labels_, found.cluster_centers_


def _nearest(points: Array, middles: Array) -> Array:
    apart = ((points[:, None, :] - middles[None]) ** 2).sum(axis=2)
    nearest: Array = apart.argmin(axis=1)
    return nearest


def _archetype(portraits: Portraits, members: Array, stability: float) -> Archetype:
    own, all_ = portraits.shares[members].mean(axis=0), portraits.shares.mean(axis=0)
    spread = np.maximum(portraits.shares.std(axis=0), 1e-9)
    order = np.argsort(-(own - all_) / spread, kind="stable")
    traits = tuple(Trait(portraits.names[n], float(own[n]), float(all_[n])) for n in order[:TRAITS] if own[n] > all_[n])
    middle = portraits.points[members].mean(axis=0)
    near = members[np.argsort(((portraits.points[members] - middle) ** 2).sum(axis=1), kind="stable")[:EXAMPLES]]
    return Archetype(members, traits, stability, tuple(near.tolist()))


SAYS: Mapping[str, str] = {
    "channel": "by {}",
    "stage": "at {}",
    "intent": "about {}",
    "mood": "in a {} mood",
    "often": "often",
    "again": "again within a week",
    "hurt": "with much friction",
}


def says(trait: str) -> str:
    """A trait in words: "about refund status"."""
    kind, _, name = trait.partition(":")
    return SAYS[kind].format(name.replace("_", " "))


def named(archetypes: Sequence[Archetype]) -> list[str]:
    """A name for each, of its most telling traits, one of a kind, by which no two are called alike: "Writes about
    refunds, at use"."""
    names: list[str] = []
    for one in archetypes:
        first: dict[str, str] = {}
        for trait in one.traits:
            first.setdefault(trait.name.partition(":")[0], says(trait.name))
        words = list(first.values())
        options = ["Writes " + ", ".join(words[:n]) for n in range(2, len(words) + 1)] or [
            "Writes " + (words or ["as all do"])[0]
        ]
        fresh = next((option for option in options if option not in names), options[-1])
        names.append(fresh if fresh not in names else f"{fresh} ({names.count(fresh) + 2})")
    return names
