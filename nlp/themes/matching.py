"""Matching: which theme of a new discovery is one already known, so that its id lives on; what split, what merged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Floats

SHARED = 0.3
"""Least likeness at which two themes are one."""
MOSTLY = 0.5
"""A theme came out of another, or went into it, where at least this share of its members did."""
APART = 0.7
"""Cosine similarity up to which the centroids of two themes say nothing: so near lie different themes of one discovery,
while the same intents, discovered in disjoint halves of CLINC150 and MultiDoGO, mostly lie much nearer."""
NEAREST = 0.95
"""However near two themes of one discovery lie, from here on centroids tell."""


@dataclass(frozen=True, slots=True)
class Known:
    """The themes known before a discovery: their ids; centroids float32 (k, d), rows of zeros where they are not known;
    and the theme of each segment, None for no theme. A theme without members is told by its centroid alone."""

    ids: tuple[str, ...]
    centroids: Floats
    members: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Matching:
    """Of a discovery's labels. kept: label to the known id that lives on in it, one to one. origins: label without one
    to the id that most of it came from. goals: id that lives on in none to the label that most of it went to. Each with
    a share 0..1: how alike the two are, or how much came or went."""

    kept: Mapping[int, tuple[str, float]]
    origins: Mapping[int, tuple[str, float]]
    goals: Mapping[str, tuple[int, float]]


def match(known: Known, segments: Sequence[str], labels: Sequence[int | None], centroids: Floats) -> Matching:
    """Pair known themes with new ones for the most likeness in sum (Kuhn 1955, the Hungarian method).

    Likeness is Jaccard's, members in both by members in either; a member that only one of the two runs has seen counts
    as shared to the degree that the centroids agree. `labels`: each segment's new theme; `centroids`: float32 (m, d).
    """
    from scipy.optimize import linear_sum_assignment

    table = _moves(known, segments, labels, len(centroids))
    k, m = len(known.ids), len(centroids)
    common, fresh, gone = table[:k, :m], table[k + 1, :m], table[:k, m + 1]
    before, after = table[:k].sum(axis=1), table[:, :m].sum(axis=0)
    agree = _agreement(known, centroids)
    alike = (common + (fresh + gone[:, None]) * agree) / np.maximum(before[:, None] + after - common, 1)
    alike = np.where(before[:, None] > 0, alike, agree)
    rows, columns = linear_sum_assignment(-np.where(alike >= SHARED, alike, 0))
    pairs = [(int(o), int(n)) for o, n in zip(rows, columns, strict=True) if alike[o, n] >= SHARED]
    came = (common + fresh * agree) / np.maximum(after, 1)
    went = (common + gone[:, None] * agree) / np.maximum(before, 1)[:, None]
    return Matching(
        kept={n: (known.ids[o], float(alike[o, n])) for o, n in pairs},
        origins={n: (known.ids[o], share) for n, o, share in _mostly(came.T, {n for _, n in pairs})},
        goals={known.ids[o]: (n, share) for o, n, share in _mostly(went, {o for o, _ in pairs})},
    )


def _moves(known: Known, segments: Sequence[str], labels: Sequence[int | None], m: int) -> Floats:
    """(k + 2, m + 2): how many segments went from where they were (a known theme, none, unseen) to where they are."""
    row: dict[str | None, int] = {theme: place for place, theme in enumerate((*known.ids, None))}
    table = np.zeros((len(row) + 1, m + 2), np.float32)
    for segment, label in zip(segments, labels, strict=True):
        was = row[known.members[segment]] if segment in known.members else len(row)
        table[was, m if label is None else label] += 1
    for segment in known.members.keys() - set(segments):
        table[row[known.members[segment]], m + 1] += 1
    return table


def _agreement(known: Known, centroids: Floats) -> Floats:
    """0..1, (k, m): cosine similarity stretched so that APART is 0, or the similarity of the two nearest new themes,
    where these are nearer: they are different, and less likeness says nothing."""
    if not len(centroids):
        return np.zeros((len(known.ids), 0), np.float32)
    within = centroids @ centroids.T
    np.fill_diagonal(within, 0)
    apart = min(max(APART, float(within.max())), NEAREST)
    stretched: Floats = np.clip((known.centroids @ centroids.T - apart) / (1 - apart), 0, 1)
    return stretched


def _mostly(shares: Floats, paired: set[int]) -> list[tuple[int, int, float]]:
    """(row, column, share) of the rows that are not paired and have one column of at least MOSTLY."""
    if not shares.shape[1]:
        return []
    best = shares.argmax(axis=1)
    found = [(r, int(c), float(shares[r, c])) for r, c in enumerate(best) if r not in paired]
    return [(r, c, share) for r, c, share in found if share >= MOSTLY]
