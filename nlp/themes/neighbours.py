"""Neighbours: who is nearest to whom."""

from typing import Any

import numpy as np

from nlp.encoder import Floats

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
