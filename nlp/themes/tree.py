"""The trees: texts drawn towards their neighbours, joined in two ways, and cut where themes are distinct, hold together
and come back in other samples."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.encoder import Floats
from nlp.themes.assign import Places, nearest
from nlp.themes.neighbours import neighbours

LINKAGES = "ward", "average"
"""Ward's criterion (Ward 1963) makes themes of like sizes, and splits a large one before it joins two small ones; mean
squared distance (Sokal & Michener 1958) leaves large ones whole, and joins small ones that lie near each other."""
NEIGHBOURS = 10
"""Nearest others that a text is drawn towards."""
DRAWN, ROUNDS = 3, 2
"""Times that texts are drawn, and times that a cut's borders settle before it is judged."""
FINER = 1.12
"""How many times more themes each cut tries."""
EVEN = 1.0
"""Standard deviation, in such steps, over which merits are averaged: what is good by chance is bad a step beside."""
LOOSE = 0.65
"""Mean cosine of texts to their themes' centroids under which themes are no problems yet, but fields of them: what
people call one intent is hardly ever as loose."""
PARTS = 5
"""So many samples, each of which leaves out another fifth of the texts."""


Figures = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cut:
    """A number of themes tried: labels 0.. of the rows, and of each theme five figures that need no labels of people's.

    sizes: rows. cohesion: mean cosine of its rows to its centroid. distinct: mean silhouette of its rows, -1..1
    (Rousseeuw 1987, by distances to centroids). together: share 0..1 of its rows' nearest neighbours, as many as the
    smallest theme has, that are in it. stable: the mean Jaccard coefficient 0..1 with the theme most like it among as
    many that are found without a fifth of the texts (Hennig 2007).
    """

    labels: Places
    sizes: Places
    cohesion: Figures
    distinct: Figures
    together: Figures
    stable: Figures

    @property
    def merit(self) -> float:
        """Distinctness alone prefers to split what is loose, stability to join what is near, and that neighbours stay
        together (the chance that two of a text's nearest do) to leave whole what is large. Mean over the rows, 0..1."""
        return self.mean(np.maximum(self.distinct, 0) * self.together**2 * self.stable)

    def mean(self, figures: Figures) -> float:
        """Of each theme's figure over the rows."""
        return float(np.average(figures, weights=self.sizes))


def themes(shape: Floats, *, fewest: int, most: int, least: int) -> Places:
    """Labels 0.. of the rows of `shape`, float32 (m, d) of unit length, by the chosen cut into `fewest` to `most`;
    `least`: the fewest rows of a theme before its borders settle."""
    return chosen(cuts(shape, fewest=fewest, most=most, least=least)).labels


def chosen(tried: Sequence[Sequence[Cut]]) -> Cut:
    """Of some trees' cuts, each tree's coarse to fine, that are not LOOSE (of all where none is as tight): the one of
    most merit averaged with that of cuts around, or one beside it that has more."""
    tight = [[cut for cut in own if cut.mean(cut.cohesion) >= LOOSE] for own in tried]
    tried = [own for own in tight if own] or tried
    evened = [_evened([cut.merit for cut in own]) for own in tried]
    own, merits = max(zip(tried, evened, strict=True), key=lambda pair: max(pair[1]))
    place = merits.index(max(merits))
    return max(own[max(0, place - 1) : place + 2], key=lambda cut: cut.merit)


def _evened(merits: Sequence[float]) -> list[float]:
    """Each averaged with those around."""
    steps = np.arange(len(merits))
    weights = np.exp(-(((steps[:, None] - steps) / EVEN) ** 2) / 2)
    found: list[float] = (weights @ merits / weights.sum(axis=1)).tolist()
    return found


def cuts(shape: Floats, *, fewest: int, most: int, least: int) -> list[list[Cut]]:
    """Of one tree a linkage over all rows, coarse to fine; cuts of trees over samples, of as many themes, tell the
    stability."""
    kept = [np.flatnonzero(np.arange(len(shape)) % PARTS != part) for part in range(PARTS)]
    whole, parts = _trees(_drawn(shape)), [_trees(_drawn(shape[rows])) for rows in kept]
    near = neighbours(shape, least + 1)[0][:, 1:]
    found: list[list[Cut]] = []
    for tree, *others in zip(whole, *parts, strict=True):
        own: list[Cut] = []
        for count in _counts(fewest, most):
            cut = _cut(tree, count, least)
            labels = np.unique(_settled(shape, shape, cut), return_inverse=True)[1]
            again = [
                _settled(shape, shape[rows], _cut(other, count, least))
                for rows, other in zip(kept, others, strict=True)
            ]
            own.append(_judged(shape, near, labels, again))
            if cut.max() + 1 < count:
                break
        found.append(own)
    return found


def centroids(shape: Floats, labels: Places) -> Floats:
    """float32 (k, d): the mean direction of each label's rows; rows labelled -1 count nowhere."""
    from scipy.sparse import csr_array

    rows = np.flatnonzero(labels >= 0)
    ones = np.ones(len(rows), np.float32)
    members = csr_array((ones, (labels[rows], rows)), shape=(labels.max(initial=-1) + 1, len(shape)))
    return _unit(members @ shape)


def _drawn(shape: Floats) -> Floats:
    """Each row moved half-way to the mean of its neighbours, weighted by similarity, DRAWN times: what lies between
    two groups moves into one of them. Who is one's neighbour counts for both."""
    from scipy.sparse import csr_array, diags_array

    near = neighbours(shape, NEIGHBOURS + 1)
    places, similar = near[0][:, 1:], near[1][:, 1:]
    count, each = places.shape
    graph = csr_array(
        (np.maximum(similar, 0).ravel(), places.ravel(), np.arange(0, count * each + 1, each)), (count, count)
    )
    graph = graph.maximum(graph.T)
    mean = diags_array(1 / np.maximum(graph.sum(axis=1), 1e-9)) @ graph
    for _ in range(DRAWN):
        shape = _unit((shape + mean @ shape) / 2)
    return shape


def _trees(drawn: Floats) -> list[Floats]:
    """SciPy's linkage, float64 (m - 1, 4), for each of LINKAGES, over squared distances where these are averaged."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    apart = np.maximum(2 - 2 * (drawn @ drawn.T), 0)
    np.fill_diagonal(apart, 0)
    squared = squareform(apart, checks=False)
    return [linkage(np.sqrt(squared) if how == "ward" else squared, how) for how in LINKAGES]


def _cut(tree: Floats, count: int, least: int) -> Places:
    """Labels 0.. of the coarsest groups of which `count` have `least` rows or more, or as many as there are at most;
    -1 in the smaller ones."""
    from scipy.cluster.hierarchy import fcluster

    sizes: Figures = np.append(np.ones(len(tree) + 1), tree[:, 3])
    enough = sizes >= least  # of each node, the root last
    joined = enough[tree[:, :2].astype(np.intp)].sum(axis=1) - enough[len(tree) + 1 :]
    large = 1 + np.cumsum(joined[::-1])
    groups = int(np.argmax(large >= min(count, large.max()))) + 2
    found: Places = fcluster(tree, groups, "maxclust").astype(np.intp) - 1
    told = np.bincount(found) >= least
    return np.where(told[found], np.cumsum(told)[found] - 1, -1)


def _counts(fewest: int, most: int) -> Iterator[int]:
    """Numbers of themes to try, from `fewest` to `most`, 2 at least, each FINER times the last."""
    count = max(2, min(fewest, most))
    while count <= max(2, most):
        yield count
        count = max(count + 1, round(count * FINER))


def _settled(shape: Floats, rows: Floats, labels: Places) -> Places:
    """Labels of all of `shape` by the centroids of labelled `rows`, after a few rounds of spherical k-means."""
    found, _ = nearest(shape, centroids(rows, labels))
    for _ in range(ROUNDS - 1):
        found, _ = nearest(shape, centroids(shape, np.unique(found, return_inverse=True)[1]))
    return found


def distinct(shape: Floats, labels: Places) -> float:
    """Mean silhouette, -1..1, with a theme's centroid in place of its members; 0 of one theme alone."""
    return float(_silhouettes(shape, labels).mean())


def _silhouettes(shape: Floats, labels: Places) -> Floats:
    """float32 (m,), of each row."""
    if labels.max() < 1:
        return np.zeros(len(shape), np.float32)
    apart = 1 - shape @ centroids(shape, labels).T
    here = np.arange(len(shape)), labels
    own = np.maximum(apart[here], 0)
    apart[here] = np.inf
    other = apart.min(axis=1)
    return np.asarray((other - own) / np.maximum(np.maximum(own, other), 1e-9), np.float32)


def _judged(shape: Floats, near: Places, labels: Places, again: Sequence[Places]) -> Cut:
    """`near`: places (m, least) of each row's nearest. `again`: labels of all rows by themes of samples."""
    from sklearn.metrics.cluster import contingency_matrix

    sizes: Places = np.bincount(labels).astype(np.intp)
    coefficients = []
    for other in again:
        both = contingency_matrix(labels, other)
        coefficients.append((both / (both.sum(1, keepdims=True) + both.sum(0, keepdims=True) - both)).max(axis=1))
    close = np.einsum("nd,nd->n", shape, centroids(shape, labels)[labels])
    own, alike = _silhouettes(shape, labels), (labels[near] == labels[:, None]).mean(axis=1)
    stable: Figures = np.mean(coefficients, axis=0)
    cohesion, distinct, together = (np.bincount(labels, figures) / sizes for figures in (close, own, alike))
    return Cut(labels, sizes, cohesion, distinct, together, stable)


def _unit(rows: Floats) -> Floats:
    unit: Floats = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return unit
