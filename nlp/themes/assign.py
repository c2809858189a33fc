"""Serving: which theme a new segment belongs to, by nearest centroid, without UMAP; the artefact that holds it."""

import io
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Floats
from nlp.errors import BadModel

ARRAYS = ("centroids", "thresholds", "themes", "encoder")


@dataclass(frozen=True, slots=True)
class Assigner:
    """The one rule that both the fit and serving use: a segment belongs to the theme of the nearest centroid where its
    cosine similarity reaches that theme's threshold, and to none otherwise.

    centroids: float32 (k, d), rows of unit length. thresholds: float32 (k,). themes: k ids. encoder: the version of the
    vectors, "" where any will do.
    """

    centroids: Floats
    thresholds: Floats
    themes: tuple[str, ...]
    encoder: str = ""

    def assign(self, embeddings: Floats) -> tuple[list[str | None], Floats]:
        """Theme ids, None for no theme, and confidences float32 (n,) 0..1: the similarity to the nearest centroid, not
        a probability; 0 for no theme. `embeddings` is float32 (n, d) with rows of unit length."""
        places, confidences = nearest(embeddings, self.centroids, self.thresholds)
        return [self.themes[k] if k >= 0 else None for k in places.tolist()], confidences

    def to_bytes(self) -> bytes:
        """An .npz archive without pickle."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            centroids=self.centroids.astype(np.float32),
            thresholds=self.thresholds.astype(np.float32),
            themes=np.array(self.themes, np.str_),
            encoder=np.array(self.encoder),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, artefact: bytes) -> "Assigner":
        """Raises BadModel for bytes that are not such an archive."""
        try:
            with np.load(io.BytesIO(artefact), allow_pickle=False) as found:
                centroids, thresholds, themes, encoder = (found[name] for name in ARRAYS)
        except Exception as error:  # zipfile, zlib and numpy raise a dozen kinds for damaged bytes
            raise BadModel(
                f"the themes' artefact cannot be read: {error}; run `frictionary themes discover`"
            ) from error
        if centroids.ndim != 2 or not len(centroids) == len(thresholds) == len(themes):
            raise BadModel("the themes' artefact contradicts itself; run `frictionary themes discover`")
        return cls(centroids, thresholds, tuple(map(str, themes)), str(encoder))


def nearest(embeddings: Floats, centroids: Floats, thresholds: Floats | None = None) -> tuple["Places", Floats]:
    """(place of the nearest centroid or -1 under its threshold, similarity 0..1 or 0), each (n,)."""
    n = len(embeddings)
    if not n or not len(centroids):
        return np.full(n, -1, np.intp), np.zeros(n, np.float32)
    similarities = embeddings @ centroids.T
    places = similarities.argmax(axis=1)
    best = np.clip(similarities[np.arange(n), places], 0.0, 1.0)
    if thresholds is None:
        return places, best
    near = best >= thresholds[places]
    return np.where(near, places, -1), np.where(near, best, 0.0).astype(np.float32)


Places = np.ndarray[tuple[int], np.dtype[np.intp]]
