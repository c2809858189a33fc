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
MOODS = ("bad", "middling", "good")
COMPONENTS = 12
PRIOR = 2
"""Usual contacts that are added to a customer's own: one contact shows no way of writing."""
COMES_BACK, SURE = 0.1, 2.5
"""Correlation between odd and even contacts of a customer, under which a kind of trait is no way of writing; and by how
many standard deviations it must be beyond chance."""


@dataclass(frozen=True, slots=True)
class Portraits:
    """names: of the traits, "kind:name". shares float64 (n, traits), 0..1: of a customer's contacts that have each; and
    for the kinds "often", "again" and "hurt": how they write, 0..1. points float64 (n, d): by which channel, about
    what, in which mood and with how much friction they write, on principal components. Where they stand in their
    journey is not how they write: topics count beyond what is usual at the stage, moods and friction beyond what is
    usual of the topic there. Each kind weighs as much as it comes back between odd and even contacts of a customer."""

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
    return Portraits(names, shares, _points(journeys, names))


def _traits(said: Sequence[Said]) -> dict[str, float]:
    """By trait the share of contacts that have it; a contact's stage, topic and channel each in a kind of their own."""
    found: dict[str, float] = {}
    each = 1 / len(said)
    for own in said:
        kinds = {"channel": own.channel, "stage": own.stage, "intent": own.intent}
        kinds["mood"] = MOODS[mood(own)]
        for kind, name in kinds.items():
            if name not in (UNKNOWN_STAGE, NONE, UNSUPPORTED, ""):
                found[f"{kind}:{name}"] = found.get(f"{kind}:{name}", 0.0) + each
    gaps = [(b.at - a.at) / DAY for a, b in pairwise(said)]
    found["often:"] = min(1.0, float(np.log2(len(said))) / 4)
    found["again:"] = sum(gap <= 7 for gap in gaps) / len(said)
    found["hurt:"] = sum(own.friction for own in said) / (100 * len(said))
    return {name: value for name, value in found.items() if value}


def _points(journeys: Sequence[Facts], names: Sequence[str]) -> Array:
    from sklearn.decomposition import PCA

    said = [s for own in journeys for s in own.said]
    counts = np.array([len(own.said) for own in journeys])
    row = np.repeat(np.arange(len(counts)), counts)
    whose = _Contacts(row, (np.arange(len(row)) - (np.cumsum(counts) - counts)[row]) % 2 == 1, len(counts))
    alike, stage = np.zeros(len(said), int), _codes([s.stage for s in said])
    topic = _codes([f"{s.stage}:{s.intent}" for s in said])
    ways = (
        _way(_columns("channel", [s.channel for s in said], names), alike, whose),
        _way(_columns("intent", [s.intent for s in said], names), stage, whose),
        _way(_columns("mood", [MOODS[mood(s)] for s in said], names), topic, whose),
        _way(csr_array([[s.friction / 100] for s in said]), topic, whose),
    )
    apart = np.concatenate(ways, axis=1)
    count = min(COMPONENTS, *apart.shape)
    points: Array = PCA(count, random_state=0).fit_transform(apart) if count > 1 and apart.any() else apart
    return points


@dataclass(frozen=True, slots=True)
class _Contacts:
    """row int64 (contacts,): whose each is, never falling; odd: every second one of a customer; size: of customers."""

    row: Array
    odd: Array
    size: int

    def sums(self, mask: Array) -> csr_array:
        """(customers, contacts): multiplied by values of contacts, sums by customer of those of the mask."""
        kept = np.flatnonzero(mask)
        return csr_array((np.ones(len(kept)), (self.row[kept], kept)), (self.size, len(self.row)))

    def counts(self, mask: Array) -> Array:
        return np.bincount(self.row[mask], minlength=self.size)


def _way(values: csr_array, usual: Array, whose: _Contacts) -> Array:
    """What a customer's contacts have beyond others of the same code of `usual`, (customers, columns), PRIOR contacts
    without anything added to each; its weight is the correlation between their odd and their even ones."""
    cells = csr_array((np.ones(len(usual)), (np.arange(len(usual)), usual)))
    mean = (cells.T @ values).toarray() / np.bincount(usual)[:, None]

    def beyond(mask: Array) -> Array:
        own = whose.sums(mask)
        found: Array = (own @ values).toarray() - (own @ cells) @ mean
        return found

    every, twice = np.ones(len(usual), bool), whose.counts(whose.odd) > 0
    halves = (beyond(mask)[twice] / whose.counts(mask)[twice, None] for mask in (~whose.odd, whose.odd))
    return _alike(*halves) * _scaled(beyond(every) / (whose.counts(every) + PRIOR)[:, None])


def _alike(one: Array, two: Array) -> float:
    """Correlation over all columns together, 0..1; 0 of a low one, of one that chance makes, and of nothing."""
    if not len(one):
        return 0.0
    one, two = one - one.mean(axis=0), two - two.mean(axis=0)
    most = float(np.sqrt((one**2).sum() * (two**2).sum()))
    together = float((one * two).sum())
    chance = float(np.sqrt(((one.T @ one) * (two.T @ two)).sum() / len(one)))  # of rows that do not belong together
    return together / most if most > 1e-9 and together >= max(COMES_BACK * most, SURE * chance) else 0.0


def _scaled(columns: Array) -> Array:
    """Of variance 1 in all, so that a kind of many columns does not outweigh the others."""
    apart = columns - columns.mean(axis=0)
    found: Array = apart / max(np.sqrt((apart**2).sum(axis=1).mean()), 1e-9)
    return found


def _codes(words: Sequence[str]) -> Array:
    return np.unique(words, return_inverse=True)[1]


def _columns(kind: str, words: Sequence[str], names: Sequence[str]) -> csr_array:
    """1 in the column of each contact's word, (contacts, words among the names of this kind)."""
    places = {name: n for n, name in enumerate(name for name in names if name.startswith(f"{kind}:"))}
    at = np.array([places.get(f"{kind}:{word}", -1) for word in words])
    kept = np.flatnonzero(at >= 0)
    return csr_array((np.ones(len(kept)), (kept, at[kept])), (len(words), max(1, len(places))))
