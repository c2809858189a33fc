"""The map: texts as points that lie near their like."""

import warnings
from typing import Any

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import nearest
from nlp.themes.neighbours import Near

BLOCK = 4_096


def on_map(shape: Floats, sample: Floats, near: Near | None, *, seed: int) -> Floats:
    """float32 (m, 2): `sample` by UMAP, a row that is not of it where its nearest row of it lies. Without neighbours,
    of few rows, the two principal directions."""
    if near is None:
        return _principal(shape)
    points = reduced(sample, near, seed=seed, n_components=2, min_dist=0.1)
    if len(sample) == len(shape):
        return points
    blocks = [nearest(shape[n : n + BLOCK], sample)[0] for n in range(0, len(shape), BLOCK)]
    placed: Floats = points[np.concatenate(blocks)]
    return placed


def reduced(rows: Floats, near: Near, *, seed: int, **options: Any) -> Floats:
    """float32 (m, n_components), by UMAP (McInnes et al. 2018); `options` are its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # umap warns of its own doings: parallelism given up for the seed
        import umap

        model = umap.UMAP(
            n_neighbors=near[0].shape[1],
            metric="cosine",
            random_state=seed,
            n_jobs=1,
            precomputed_knn=(near[0], 1 - near[1], None),
            **options,
        )
        return np.asarray(model.fit_transform(rows), np.float32)


def _principal(shape: Floats) -> Floats:
    """float32 (m, 2): the two principal directions."""
    if len(shape) < 3:
        return np.zeros((len(shape), 2), np.float32)
    centred = shape - shape.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    found: Floats = (centred @ directions[:2].T).astype(np.float32)
    return found
