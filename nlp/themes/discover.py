"""Discovery: embeddings to themes by a tree over the crowded texts, then one rule that serving shares."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import Places, nearest
from nlp.themes.continuing import continued
from nlp.themes.density import crowded
from nlp.themes.map import on_map
from nlp.themes.neighbours import Near, neighbours
from nlp.themes.parts import parts
from nlp.themes.tree import centroids, themes

NEIGHBOURS = 15
"""Of each text on the map, itself among them."""
FEW = 40
"""Fewer different texts than this have no shape to speak of: they are grouped by similarity alone."""
SAMPLE = 8_000
"""Of more different texts than this, so many at even steps give the tree; all of them settle its borders."""
FEWEST, MOST = 0.45, 2.5
"""So many themes are tried, times the square root of the segments."""
TELLERS = 3
"""Conversations that a theme is told in, at least."""
ROUNDS = 10
FAR = 0.30
"""A segment less similar to its nearest centroid than this belongs to no theme, however loose the theme."""
LEFT_OUT = 0.05
"""Most of a theme's nearest segments that its threshold leaves out, as long as they are not FAR."""
SLACK = 1e-4
"""A threshold lies so far under the similarity that it was read from: sums of a lone text round differently."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found in n segments: k themes, largest first.

    labels: each segment's theme 0..k-1, or None. strengths: float32 (n,), cosine similarity 0..1 to its theme's
    centroid, 0 for None. points: float32 (n, 2), the map. centroids: float32 (k, d) of unit length. thresholds: float32
    (k,), the least similarity of a member. parts: integers (n,), each segment's part 0.. of its theme (`parts.py`), -1
    for none.
    """

    labels: tuple[int | None, ...]
    strengths: Floats
    points: Floats
    centroids: Floats
    thresholds: Floats
    parts: Places


def discover(
    embeddings: Floats,
    *,
    conversations: Sequence[str] | None = None,
    known: Floats | None = None,
    cohesion: float | None = None,
    seed: int = 0,
    mapped: bool = True,
) -> Discovery:
    """Themes of `embeddings`, float32 (n, d) with rows of unit length; the same for the same rows, on any number of
    threads; `seed` is that of the map that is shown. Where each row's conversation is given, a theme needs at least
    three of them: one long story is no theme. `known`, float32 (j, d), are the centroids of themes that go on where
    they still fit (`continuing.py`). `cohesion`: how near texts of one intent lie, where the encoder tells it
    (`nlp.encoder.cohesion_of`); it says how fine themes are. Without `mapped` the points are zeros, and time is saved.

    Texts that are equal count once for the shape of themes and each for their volume. Those that lie in no crowd
    (`density.py`) shape none. A tree over the others (`tree.py`) gives the themes, spherical k-means (Dhillon & Modha
    2001) their borders: a segment belongs to the nearest centroid unless that is too far. A row of zeros says nothing,
    and is in no theme. Under 40 different texts: average linkage.
    """
    from threadpoolctl import threadpool_limits

    if not len(embeddings):
        nothing = np.zeros((0, embeddings.shape[1] if embeddings.ndim == 2 else 0), np.float32)
        none = np.zeros(0, np.float32)
        return Discovery((), none, np.zeros((0, 2), np.float32), nothing, none, np.zeros(0, np.intp))
    told = np.flatnonzero(embeddings.any(axis=1))
    if len(told) < len(embeddings):
        own = None if conversations is None else [conversations[n] for n in told.tolist()]
        found = discover(embeddings[told], conversations=own, known=known, cohesion=cohesion, seed=seed, mapped=mapped)
        return _among(found, told, len(embeddings))
    with threadpool_limits(1):  # sums over several threads differ in their last bits
        return _discover(embeddings, conversations, known, cohesion, seed, mapped=mapped)


def minimum_size(n: int) -> int:
    """The fewest different segments that make a theme."""
    return max(3, round(0.25 * math.sqrt(n)))


def numbers(n: int) -> tuple[int, int]:
    """The fewest and the most themes that n segments are tried to fall into: a few parts of all that is said come back
    most surely, and tell nobody what to do."""
    return math.floor(FEWEST * math.sqrt(n)), math.ceil(MOST * math.sqrt(n))


def _discover(
    embeddings: Floats,
    conversations: Sequence[str] | None,
    known: Floats | None,
    cohesion: float | None,
    seed: int,
    *,
    mapped: bool,
) -> Discovery:
    shape, copies = _different(embeddings)
    sample = shape[_steps(len(shape))]
    near = neighbours(sample, NEIGHBOURS) if len(shape) >= FEW else None
    labels = _shaped(sample, near, cohesion) if near else _few(shape)
    centres = settled(shape, nearest(shape, centroids(sample, labels))[0])
    if known is not None and near:
        centres = continued(shape, centres, known, settled)
    if conversations is not None:
        centres = _shared(embeddings, centres, conversations)
    thresholds = _thresholds(embeddings, centres)
    places, strengths = nearest(embeddings, centres, thresholds)
    sizes = np.bincount(places[places >= 0], minlength=len(centres))
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]  # all of a theme may be too far from it
    rank = {int(old): new for new, old in enumerate(order)}
    found = tuple(rank.get(place) for place in places.tolist())
    points = on_map(shape, sample, near, seed=seed) if mapped else np.zeros((len(shape), 2), np.float32)
    parted = _parts(embeddings, places, sample, nearest(sample, centres, thresholds)[0])
    return Discovery(found, strengths, points[copies], centres[order], thresholds[order], parted)


def _shaped(sample: Floats, near: Near, cohesion: float | None) -> Places:
    """Labels 0.. of the rows of `sample` that lie in a crowd, -1 of the others."""
    rows = crowded(sample, near, least=minimum_size(len(sample)))
    labels, (fewest, most) = np.full(len(sample), -1, np.intp), numbers(len(sample))
    labels[rows] = themes(sample[rows], fewest=fewest, most=most, cohesion=cohesion)
    return labels


def _among(found: Discovery, rows: Places, count: int) -> Discovery:
    """The same of `count` rows, those beside `rows` in no theme."""
    labels: list[int | None] = [None] * count
    for row, label in zip(rows.tolist(), found.labels, strict=True):
        labels[row] = label
    strengths, points = np.zeros(count, np.float32), np.zeros((count, 2), np.float32)
    strengths[rows], points[rows] = found.strengths, found.points
    parted = np.full(count, -1, np.intp)
    parted[rows] = found.parts
    return Discovery(tuple(labels), strengths, points, found.centroids, found.thresholds, parted)


def _parts(embeddings: Floats, places: Places, sample: Floats, shaped: Places) -> Places:
    """The part of each row by the parts of the `sample`'s rows, whose themes are `shaped`."""
    of, found = parts(sample, shaped, least=minimum_size(len(sample))), np.full(len(embeddings), -1, np.intp)
    for theme in np.unique(shaped[of >= 0]).tolist():
        rows = np.flatnonzero(places == theme)
        found[rows] = nearest(embeddings[rows], centroids(sample, np.where(shaped == theme, of, -1)))[0]
    return found


def _different(embeddings: Floats) -> tuple[Floats, Places]:
    """The different rows, and for each row the place of its like among them."""
    _, first, copies = np.unique(embeddings.round(2), axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return embeddings[first[order]], np.argsort(order)[copies.ravel()]


def _steps(count: int) -> Places:
    """Places of at most SAMPLE rows at even steps."""
    return np.arange(count) if count <= SAMPLE else np.linspace(0, count - 1, SAMPLE).astype(np.intp)


def _few(shape: Floats) -> Places:
    from sklearn.cluster import AgglomerativeClustering

    if len(shape) < 2:
        return np.full(len(shape), -1, np.intp)
    model = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=0.5)
    labels: Places = model.fit_predict(shape)
    sizes = np.bincount(labels)
    kept = np.cumsum(sizes >= minimum_size(len(shape))) - 1
    return np.where(sizes[labels] >= minimum_size(len(shape)), kept[labels], -1)


def settled(shape: Floats, labels: Places) -> Floats:
    """Centroids float32 (k, d) after k-means; a theme that shrinks under half the minimum size is given up."""
    least = max(2, minimum_size(min(len(shape), SAMPLE)) // 2)
    for _ in range(ROUNDS):
        centres = centroids(shape, labels)[np.bincount(labels[labels >= 0]) >= least]
        moved, _ = nearest(shape, centres)
        if not len(centres) or np.array_equal(moved, labels):
            break
        labels = moved
    return centres


def _shared(embeddings: Floats, centres: Floats, conversations: Sequence[str]) -> Floats:
    """The centroids whose nearest rows are of at least TELLERS conversations."""
    places, _ = nearest(embeddings, centres)
    tellers = [
        len({c for c, place in zip(conversations, places.tolist(), strict=True) if place == k})
        for k in range(len(centres))
    ]
    return centres[np.array(tellers, np.intp) >= TELLERS]


def _thresholds(embeddings: Floats, centres: Floats) -> Floats:
    """float32 (k,): two standard deviations under the mean similarity of a theme's nearest rows, lower where that would
    leave out more than LEFT_OUT of them, at least FAR."""
    places, similarities = nearest(embeddings, centres)
    own = [similarities[places == k] for k in range(len(centres))]
    least = [min(s.mean() - 2 * s.std(), np.quantile(s, LEFT_OUT, method="lower")) if len(s) else FAR for s in own]
    found: Floats = np.maximum(np.array(least, np.float32) - np.float32(SLACK), np.float32(FAR))
    return found
