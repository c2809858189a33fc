"""The tree: texts drawn towards their neighbours, joined by Ward's criterion, and cut where themes are distinct and
come back in other samples."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import Places, nearest
from nlp.themes.neighbours import neighbours

NEIGHBOURS = 10
"""Nearest others that a text is drawn towards."""
ROUNDS = 2
"""Times that texts are drawn, and times that a cut's borders settle before it is judged."""
FINER = 1.12
"""How many times more themes each cut tries."""
EVEN = 2.0
"""Standard deviation, in such steps, over which merits are averaged: what is good by chance is bad a step beside."""
STABLE, NEARLY = 0.70, 0.05
"""Hennig calls themes that come back with 0.75 valid and stable, from 0.6 on patterns. Where hardly any come back so
well, those count that come back as surely as the best ones, or so little less."""
ALIKE = 0.03
"""By so small a share merits differ by chance: of such cuts the coarsest tells as much in fewer themes (as the rule of
one standard error does, Breiman et al. 1984)."""
LOOSER = 0.02
"""So much looser than what people call one intent may themes be."""
PARTS = 5
"""So many samples, each of which leaves out another fifth of the texts."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A number of themes tried: labels 0.. of the rows, and three figures that need no labels of people's.

    cohesion: mean cosine of a row to its theme's centroid. distinct: mean silhouette -1..1 (Rousseeuw 1987, by
    distances to centroids). stable: 0..1, of a text's theme and the theme most like it among as many that are found
    without a fifth of the texts, the mean Jaccard coefficient (Hennig 2007) over samples and texts.
    """

    labels: Places
    cohesion: float
    distinct: float
    stable: float

    @property
    def merit(self) -> float:
        """Distinctness alone prefers to split what is loose, stability alone to join what is near."""
        return self.distinct * self.stable


def themes(shape: Floats, *, fewest: int, most: int, cohesion: float | None = None) -> Places:
    """Labels 0.. of the rows of `shape`, float32 (m, d) of unit length, by the chosen cut into `fewest` to `most`."""
    return chosen(list(cuts(shape, fewest=fewest, most=most)), cohesion).labels


def chosen(tried: Sequence[Cut], cohesion: float | None = None, *, alike: float = ALIKE) -> Cut:
    """Of one tree's cuts, coarse to fine, of those that are STABLE and tight enough, the first of as much merit as any
    but for the share `alike`.

    Merit and stability are averaged with those of cuts around. What is NEARLY as stable as the most stable cut is
    stable enough: were that asked only where none is STABLE, a few texts more would make other themes of all.
    `cohesion`: that of what people call one intent, where the encoder tells it: nothing looser by more than LOOSER is
    one theme. Where hardly anything is said twice no stable cut is as tight, and the tightest is taken.
    """
    steps = np.arange(len(tried))
    weights = np.exp(-(((steps[:, None] - steps) / EVEN) ** 2) / 2)
    stable, merit = (weights @ [(cut.stable, cut.merit) for cut in tried] / weights.sum(axis=1)[:, None]).T
    sure = stable >= min(STABLE, stable.max() - NEARLY)
    tight = np.array([0.0 if cohesion is None else min(cut.cohesion, cohesion - LOOSER) for cut in tried])
    worth = np.where(sure & (tight >= tight[sure].max()), merit, -np.inf)
    return tried[int((worth >= worth.max() - alike * abs(worth.max())).argmax())]


def cuts(shape: Floats, *, fewest: int, most: int) -> Iterator[Cut]:
    """Of one tree over all rows, coarse to fine; cuts of trees over samples, of as many themes, tell the stability."""
    whole = _tree(_drawn(shape))
    kept = [np.flatnonzero(np.arange(len(shape)) % PARTS != part) for part in range(PARTS)]
    samples = [(rows, _tree(_drawn(shape[rows]))) for rows in kept]
    for count in _counts(fewest, most):
        labels = np.unique(_settled(shape, shape, _cut(whole, count)), return_inverse=True)[1]
        again = [_settled(shape, shape[rows], _cut(tree, count)) for rows, tree in samples]
        yield Cut(labels, coherence(shape, labels), distinct(shape, labels), _stable(labels, again))


def centroids(shape: Floats, labels: Places) -> Floats:
    """float32 (k, d): the mean direction of each label's rows; rows labelled -1 count nowhere."""
    from scipy.sparse import csr_array

    rows = np.flatnonzero(labels >= 0)
    ones = np.ones(len(rows), np.float32)
    members = csr_array((ones, (labels[rows], rows)), shape=(labels.max(initial=-1) + 1, len(shape)))
    return _unit(members @ shape)


def _drawn(shape: Floats) -> Floats:
    """Each row moved half-way to the mean of its neighbours, weighted by similarity, ROUNDS times: what lies between
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


def coherence(shape: Floats, labels: Places) -> float:
    """Mean cosine, -1..1, of each row to the centroid of its label."""
    return float(np.einsum("nd,nd->n", shape, centroids(shape, labels)[labels]).mean())


def distinct(shape: Floats, labels: Places) -> float:
    """Mean silhouette, -1..1, with a theme's centroid in place of its members; 0 of one theme alone."""
    if labels.max() < 1:
        return 0.0
    apart = 1 - shape @ centroids(shape, labels).T
    here = np.arange(len(shape)), labels
    own = np.maximum(apart[here], 0)
    apart[here] = np.inf
    other = apart.min(axis=1)
    return float(np.mean((other - own) / np.maximum(np.maximum(own, other), 1e-9)))


def _stable(labels: Places, again: list[Places]) -> float:
    """Mean over the rows, 0..1."""
    from sklearn.metrics.cluster import contingency_matrix

    sizes, coefficients = np.bincount(labels), []
    for other in again:
        both = contingency_matrix(labels, other)
        coefficients.append((both / (both.sum(1, keepdims=True) + both.sum(0, keepdims=True) - both)).max(axis=1))
    return float(np.average(np.mean(coefficients, axis=0), weights=sizes))


def _unit(rows: Floats) -> Floats:
    unit: Floats = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return unit
