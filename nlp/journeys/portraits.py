"""Portraits: each customer's way of writing in as many numbers for all, without what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from nlp.journeys.facts import Facts, Said
from nlp.journeys.groups import Array
from nlp.journeys.ledger import DAY
from nlp.journeys.steps import mood
from nlp.taxonomy import NONE, UNKNOWN_STAGE, UNSUPPORTED

SPARE = 0.02
"""A trait that fewer customers have tells no archetype."""
COMPONENTS = 12


@dataclass(frozen=True, slots=True)
class Portraits:
    """names: of the traits, "kind:name". shares float64 (n, traits), 0..1: of a customer's contacts that have each; and
    for the kinds "often", "again" and "hurt": how they write, 0..1. points float64 (n, d): the same, so scaled that
    every kind counts alike, on its principal components."""

    names: tuple[str, ...]
    shares: Array
    points: Array


def portraits(journeys: Sequence[Facts]) -> Portraits:
    """Of customers with at least one contact each."""
    places: dict[str, int] = {}
    rows, columns, values = [], [], []
    for n, own in enumerate(journeys):
        for trait, value in _traits(own.said).items():
            rows.append(n)
            columns.append(places.setdefault(trait, len(places)))
            values.append(value)
    found = csr_array((values, (rows, columns)), (len(journeys), len(places)))
    often = np.bincount(columns, minlength=len(places)) >= max(2, SPARE * len(journeys))
    names = tuple(name for name, kept in zip(places, often.tolist(), strict=True) if kept)
    shares = found[:, np.flatnonzero(often)].toarray()
    return Portraits(names, shares, _points(shares, names))


def _traits(said: Sequence[Said]) -> dict[str, float]:
    """By trait the share of contacts that have it; a contact's stage, topic and channel each in a kind of their own."""
    found: dict[str, float] = {}
    each = 1 / len(said)
    for own in said:
        kinds = {"channel": own.channel, "stage": own.stage, "intent": own.intent}
        kinds["mood"] = ("bad", "middling", "good")[mood(own)]
        for kind, name in kinds.items():
            if name not in (UNKNOWN_STAGE, NONE, UNSUPPORTED, ""):
                found[f"{kind}:{name}"] = found.get(f"{kind}:{name}", 0.0) + each
    gaps = [(b.at - a.at) / DAY for a, b in pairwise(said)]
    found["often:"] = min(1.0, float(np.log2(len(said))) / 4)
    found["again:"] = sum(gap <= 7 for gap in gaps) / len(said)
    found["hurt:"] = sum(own.friction for own in said) / (100 * len(said))
    return {name: value for name, value in found.items() if value}


def _points(shares: Array, names: Sequence[str]) -> Array:
    """Every kind has the same variance in all, so that a kind of many names does not outweigh the others."""
    from sklearn.decomposition import PCA

    kinds = np.array([name.partition(":")[0] for name in names])
    apart = shares - shares.mean(axis=0)
    for kind in np.unique(kinds):
        own = kinds == kind
        apart[:, own] /= max(np.sqrt((apart[:, own] ** 2).sum(axis=1).mean()), 1e-9)
    count = min(COMPONENTS, *apart.shape)
    points: Array = PCA(count, random_state=0).fit_transform(apart) if count > 1 and apart.any() else apart
    return points
