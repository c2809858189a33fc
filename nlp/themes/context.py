"""Context: what a short segment means is told in part by the rest of its conversation."""

from collections.abc import Sequence

import numpy as np

from nlp.encoder import Floats

ENOUGH = 250
"""A segment of so many characters speaks for itself alone."""
MOST = 0.6
"""Most that the conversation counts, for the shortest segments."""


def in_context(embeddings: Floats, conversations: Sequence[str], lengths: Sequence[int]) -> Floats:
    """float32 (n, d), rows of unit length: each segment's vector drawn towards the mean of its conversation's, the more
    the shorter it is: (1 - c) * own + c * mean, c = min(0.6, 1 - length / 250), not under 0.

    `embeddings` is float32 (n, d); `conversations` and `lengths` (characters) are each segment's. "It hasn't come" is a
    parcel in one conversation and a code in another.
    """
    if not len(embeddings):
        return embeddings
    _, place = np.unique(np.array(conversations), return_inverse=True)
    means = np.zeros((place.max() + 1, embeddings.shape[1]), np.float32)
    np.add.at(means, place, embeddings)
    share = np.clip(1 - np.array(lengths, np.float32) / ENOUGH, 0, MOST)[:, None]
    return _unit(np.asarray((1 - share) * embeddings + share * _unit(means)[place], np.float32))


def _unit(rows: Floats) -> Floats:
    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
