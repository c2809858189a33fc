"""The tree: texts drawn towards their neighbours, joined by Ward's criterion, and cut where themes are distinct and
come back in other samples."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import Places, nearest

NEIGHBOURS = 10
"""Nearest others that a text is drawn towards."""
ROUNDS = 2
"""Times that texts are drawn, and times that a cut's borders settle before it is judged."""
FINER = 1.12
"""How many times more themes each cut tries."""
PARTS, TRIED = 5, 3
"""A sample leaves out every fifth text; so many samples are tried."""
WEIGHT = 2.0
"""Power of stability in a cut's merit, chosen on CLINC150 train and MultiDoGO (benchmarks/results/theme-grain.md)."""

Near = tuple[np.ndarray[Any, np.dtype[np.intp]], Floats]
"""Places and cosine similarities of each row's nearest rows, itself first; both (m, k)."""


def neighbours(shape: Floats, count: int) -> Near:
    """The `count` nearest of each row of `shape`, float32 (m, d), nearest first; memory grows with m * m."""
    similar = shape @ shape.T
    np.fill_diagonal(similar, 2.0)
    count = min(count, len(shape))
    places = np.argpartition(-similar, count - 1, axis=1)[:, :count]
    found = np.take_along_axis(similar, places, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    return np.take_along_axis(places, order, axis=1), np.minimum(np.take_along_axis(found, order, axis=1), 1.0)


@dataclass(frozen=True, slots=True)
class Cut:
    """A number of themes tried: labels 0.. of the rows, and two figures that need no labels of people's.

    distinct: mean silhouette -1..1 (Rousseeuw 1987, by distances to centroids). stable: mean adjusted Rand index with
    as many themes found without a fifth of the texts (the idea is of Ben-Hur, Elisseeff & Guyon 2002).
    """

    labels: Places
    distinct: float
    stable: float

    def merit(self, weight: float = WEIGHT) -> float:
        """Distinctness alone prefers to split what is loose, stability alone to join what is near."""
        return self.distinct * math.pow(max(self.stable, 0.0), weight)


def themes(shape: Floats, near: Near, *, least: int) -> Places:
    """Labels 0.. of the rows of `shape`, float32 (m, d) of unit length, by the cut of most merit; there are at most
    m / `least` themes, and as many as the cube root of m at least."""
    return max(cuts(shape, near, least=least), key=Cut.merit).labels


def cuts(shape: Floats, near: Near, *, least: int) -> Iterator[Cut]:
    """Of one tree over all rows, coarse to fine; cuts of trees over samples, of as many themes, tell the stability."""
    drawn = _drawn(shape, near)
    whole = _tree(drawn)
    samples = [np.flatnonzero(np.arange(len(shape)) % PARTS != left_out) for left_out in range(TRIED)]
    trees = [(rows, _tree(_drawn(shape[rows], neighbours(shape[rows], near[0].shape[1])))) for rows in samples]
    for count in _counts(math.floor(math.cbrt(len(shape))), len(shape) // least):
        labels = _settled(shape, shape, _cut(whole, count))
        again = [_settled(shape, shape[rows], _cut(tree, count)) for rows, tree in trees]
        yield Cut(labels, _distinct(drawn, labels), _stable(labels, again))


def centroids(shape: Floats, labels: Places) -> Floats:
    """float32 (k, d): the mean direction of each label's rows; rows labelled -1 count nowhere."""
    from scipy.sparse import csr_array

    rows = np.flatnonzero(labels >= 0)
    ones = np.ones(len(rows), np.float32)
    members = csr_array((ones, (labels[rows], rows)), shape=(labels.max(initial=-1) + 1, len(shape)))
    return _unit(members @ shape)


def _drawn(shape: Floats, near: Near) -> Floats:
    """Each row moved half-way to the mean of its neighbours, weighted by similarity, ROUNDS times: what lies between
    two groups moves into one of them. Who is one's neighbour counts for both."""
    from scipy.sparse import csr_array, diags_array

    places, similar = near[0][:, 1 : NEIGHBOURS + 1], near[1][:, 1 : NEIGHBOURS + 1]
    count, each = places.shape
    graph = csr_array(
        (np.maximum(similar, 0).ravel(), places.ravel(), np.arange(0, count * each + 1, each)), (count, count)
    )
    graph = graph.maximum(graph.T)
    mean = diags_array(1 / np.maximum(graph.sum(axis=1), 1e-9)) @ graph
    for _ in range(ROUNDS):
        shape = _unit((shape + mean @ shape) / 2)
    return shape


def _tree(drawn: Floats) -> Floats:
    """SciPy's linkage, float64 (m - 1, 4), by Ward's criterion (Ward 1963)."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    apart = np.sqrt(np.maximum(2 - 2 * (drawn @ drawn.T), 0))
    np.fill_diagonal(apart, 0)
    found: Floats = linkage(squareform(apart, checks=False), "ward")
    return found


def _cut(tree: Floats, count: int) -> Places:
    from scipy.cluster.hierarchy import fcluster

    found: Places = fcluster(tree, count, "maxclust").astype(np.intp) - 1
    return found


def _counts(fewest: int, most: int) -> Iterator[int]:
    """Numbers of themes to try, from `fewest` (2 at least) to `most`, each FINER times the last: two or three parts of
    all that is said come back most surely, and help nobody."""
    count = max(2, fewest)
    while count <= most:
        yield count
        count = max(count + 1, round(count * FINER))


def _settled(shape: Floats, rows: Floats, labels: Places) -> Places:
    """Labels of all of `shape` by the centroids of labelled `rows`, after a few rounds of spherical k-means."""
    found, _ = nearest(shape, centroids(rows, labels))
    for _ in range(ROUNDS - 1):
        found, _ = nearest(shape, centroids(shape, np.unique(found, return_inverse=True)[1]))
    return found


def _distinct(drawn: Floats, labels: Places) -> float:
    """Mean silhouette, -1..1, with a theme's centroid in place of its members; 0 of one theme alone."""
    labels = np.unique(labels, return_inverse=True)[1]
    if not labels.any():
        return 0.0
    apart = 1 - drawn @ centroids(drawn, labels).T
    here = np.arange(len(drawn)), labels
    own = np.maximum(apart[here], 0)
    apart[here] = np.inf
    other = apart.min(axis=1)
    return float(np.mean((other - own) / np.maximum(np.maximum(own, other), 1e-9)))


def _stable(labels: Places, again: list[Places]) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(np.mean([adjusted_rand_score(labels, other) for other in again]))


def _unit(rows: Floats) -> Floats:
    unit: Floats = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return unit
