"""Discovery: embeddings to themes, by UMAP and HDBSCAN, then one rule that serving shares."""

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import Places, nearest

NEIGHBOURS = 15
DIMENSIONS = 10
FEW = 40
"""Fewer different texts than this have no density to speak of: they are grouped by similarity alone."""
TELLERS = 3
"""Conversations that a theme is told in, at least."""
ROUNDS = 10
MERGE = 0.69
"""Leaves are one theme where their members are this near to one another, measured by how near each leaf's are."""
FAR = 0.30
"""A segment less similar to its nearest centroid than this belongs to no theme, however loose the theme."""

EXACT = 20_000
"""Up to this many texts all distances are computed; beyond, neighbours are approximate."""
Neighbours = tuple[np.ndarray, Floats]


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found in n segments: k themes, largest first.

    labels: each segment's theme 0..k-1, or None. strengths: float32 (n,), cosine similarity 0..1 to its theme's
    centroid, 0 for None. points: float32 (n, 2), the map. centroids: float32 (k, d) of unit length. thresholds: float32
    (k,), the least similarity of a member.
    """

    labels: tuple[int | None, ...]
    strengths: Floats
    points: Floats
    centroids: Floats
    thresholds: Floats


def discover(embeddings: Floats, *, conversations: Sequence[str] | None = None, seed: int = 0) -> Discovery:
    """Themes of `embeddings`, float32 (n, d) with rows of unit length; the same for the same rows and seed. Where each
    row's conversation is given, a theme needs at least three of them: one long story is no theme.

    Texts that are equal count once for the shape of themes and each for their volume. UMAP (McInnes et al. 2018) to
    10 dimensions, HDBSCAN (Campello et al. 2013) for the leaves of the density tree, near themes merged, then spherical
    k-means from there (Dhillon & Modha 2001): a segment belongs to the nearest centroid, whether HDBSCAN called it
    noise or not, unless that is too far. Under 40 different texts: average linkage instead of density.
    """
    if not len(embeddings):
        nothing = np.zeros((0, embeddings.shape[1] if embeddings.ndim == 2 else 0), np.float32)
        return Discovery((), np.zeros(0, np.float32), np.zeros((0, 2), np.float32), nothing, np.zeros(0, np.float32))
    shape, copies = _different(embeddings)
    dense = len(shape) >= FEW
    neighbours = _neighbours(shape, seed) if dense else None
    labels = _dense(shape, neighbours, seed) if neighbours else _few(shape)
    centroids = _settled(shape, labels)
    if conversations is not None:
        centroids = _shared(embeddings, centroids, conversations)
    thresholds = _thresholds(shape, centroids)
    places, strengths = nearest(embeddings, centroids, thresholds)
    order = np.argsort(-np.bincount(places[places >= 0], minlength=len(centroids)), kind="stable")
    rank = {int(old): new for new, old in enumerate(order)}
    found = tuple(rank.get(place) for place in places.tolist())
    places_2d = _umap(shape, neighbours, seed, 2, min_dist=0.1) if neighbours else _principal(shape)
    return Discovery(found, strengths, places_2d[copies], centroids[order], thresholds[order])


def minimum_size(n: int) -> int:
    """The fewest different segments that make a theme."""
    return max(3, round(0.25 * math.sqrt(n)))


def _different(embeddings: Floats) -> tuple[Floats, Places]:
    """The different rows, and for each row the place of its like among them."""
    _, first, copies = np.unique(embeddings.round(2), axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return embeddings[first[order]], np.argsort(order)[copies.ravel()]


def _few(shape: Floats) -> Places:
    from sklearn.cluster import AgglomerativeClustering

    if len(shape) < 2:
        return np.full(len(shape), -1, np.intp)
    model = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=0.5)
    labels: Places = model.fit_predict(shape)
    small = np.bincount(labels) < minimum_size(len(shape))
    return np.where(small[labels], -1, labels)


def _dense(shape: Floats, neighbours: Neighbours, seed: int) -> Places:
    with _quiet():
        import hdbscan

        low = _umap(shape, neighbours, seed, DIMENSIONS, min_dist=0.0).astype(np.float64)
        model = hdbscan.HDBSCAN(
            min_cluster_size=minimum_size(len(shape)),
            min_samples=5,
            cluster_selection_method="leaf",
            core_dist_n_jobs=1,
        )
        leaves: Places = model.fit_predict(low)
    return _merged(shape, nearest(shape, _centroids(shape, leaves))[0])


def _merged(shape: Floats, leaves: Places) -> Places:
    """Leaves joined by average linkage: similarity = mean cosine between the members of two leaves, divided by the
    geometric mean of those within each. Tight leaves must be nearer than loose ones."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    sizes = np.bincount(leaves[leaves >= 0])
    if len(sizes) < 2:
        return leaves
    means = np.array([shape[leaves == k].mean(axis=0) for k in range(len(sizes))])
    between = means @ means.T
    within = np.maximum((sizes * between.diagonal() - 1) / np.maximum(sizes - 1, 1), 1e-6)
    apart = np.maximum(1 - between / np.sqrt(np.outer(within, within)), 0)
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform((apart + apart.T) / 2, checks=False), "average")
    joined: Places = fcluster(tree, 1 - MERGE, "distance").astype(np.intp) - 1
    return joined[leaves]


def _settled(shape: Floats, labels: Places) -> Floats:
    """Centroids float32 (k, d) after k-means; a theme that shrinks under half the minimum size is given up."""
    least = max(2, minimum_size(len(shape)) // 2)
    for _ in range(ROUNDS):
        centroids = _centroids(shape, labels, least=least)
        moved, _ = nearest(shape, centroids)
        if not len(centroids) or np.array_equal(moved, labels):
            return centroids
        labels = moved
    return _centroids(shape, labels, least=least)


def _shared(embeddings: Floats, centroids: Floats, conversations: Sequence[str]) -> Floats:
    """The centroids whose nearest rows are of at least TELLERS conversations."""
    places, _ = nearest(embeddings, centroids)
    tellers = [
        len({c for c, place in zip(conversations, places.tolist(), strict=True) if place == k})
        for k in range(len(centroids))
    ]
    return centroids[np.array(tellers, np.intp) >= TELLERS]


def _thresholds(shape: Floats, centroids: Floats) -> Floats:
    """float32 (k,): two standard deviations under the mean similarity of a theme's nearest rows, at least FAR."""
    places, similarities = nearest(shape, centroids)
    own = [similarities[places == k] for k in range(len(centroids))]
    return np.array([max(FAR, s.mean() - 2 * s.std()) if len(s) else FAR for s in own], np.float32)


def _centroids(shape: Floats, labels: Places, *, least: int = 1) -> Floats:
    kept = [k for k, size in enumerate(np.bincount(labels[labels >= 0])) if size >= least]
    means = np.array([shape[labels == k].mean(axis=0) for k in kept], np.float32).reshape(-1, shape.shape[1])
    unit: Floats = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return unit


def _principal(shape: Floats) -> Floats:
    """float32 (m, 2): the two principal directions."""
    if len(shape) < 3:
        return np.zeros((len(shape), 2), np.float32)
    centred = shape - shape.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    found: Floats = (centred @ directions[:2].T).astype(np.float32)
    return found


def _neighbours(shape: Floats, seed: int) -> Neighbours:
    """Places and cosine distances of the nearest rows, each (m, NEIGHBOURS): exact up to EXACT rows."""
    with _quiet():
        if len(shape) <= EXACT:
            from sklearn.neighbors import NearestNeighbors

            distances, places = NearestNeighbors(n_neighbors=NEIGHBOURS, metric="cosine").fit(shape).kneighbors(shape)
        else:
            from umap.umap_ import nearest_neighbors

            random = np.random.RandomState(seed)
            places, distances, _ = nearest_neighbors(shape, NEIGHBOURS, "cosine", None, False, random, n_jobs=1)
    return places, distances.astype(np.float32)


def _umap(shape: Floats, neighbours: Neighbours, seed: int, dimensions: int, *, min_dist: float) -> Floats:
    with _quiet():
        import umap

        model = umap.UMAP(
            n_neighbors=NEIGHBOURS,
            n_components=dimensions,
            min_dist=min_dist,
            metric="cosine",
            random_state=seed,
            n_jobs=1,
            precomputed_knn=(*neighbours, None),
        )
        return np.asarray(model.fit_transform(shape), np.float32)


@contextmanager
def _quiet() -> Iterator[None]:
    """umap and sklearn warn of their own doings (parallelism given up for the seed, renamed arguments)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
