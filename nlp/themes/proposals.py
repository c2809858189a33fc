"""Proposals: segments in no theme that speak alike, more and more of them. People are told; no theme is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from nlp.encoder import Floats

FEWEST = 5
"""Segments of a group, at least."""
TELLERS = 3
"""Conversations that tell it, at least."""
ALIKE = 0.5
"""Least mean cosine similarity at which two groups are one: as a discovery groups a few texts."""
MOST = 2_000
"""Segments that are looked at, those that came last: each is compared with each."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A group that might be a theme: its segments, the most central first, how many of them came since the discovery,
    and the terms that set it apart, strongest first."""

    at: datetime
    segments: tuple[str, ...]
    fresh: int
    terms: tuple[str, ...]


def growing(embeddings: Floats, conversations: Sequence[str], fresh: Sequence[bool]) -> list[list[int]]:
    """Places of the rows of each group, the largest group first, its most central row first: average linkage; at least
    FEWEST rows of TELLERS conversations, half of them or more `fresh`. `embeddings`: float32 (n, d), of unit length."""
    from sklearn.cluster import AgglomerativeClustering

    if len(embeddings) < FEWEST:
        return []
    model = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - ALIKE)
    labels = model.fit_predict(embeddings)
    groups = [np.flatnonzero(labels == k) for k in range(labels.max() + 1)]
    kept = [rows for rows in groups if _grows(rows.tolist(), conversations, fresh)]
    return [_central(embeddings, rows.tolist()) for rows in sorted(kept, key=lambda rows: (-len(rows), rows[0]))]


def _grows(rows: Sequence[int], conversations: Sequence[str], fresh: Sequence[bool]) -> bool:
    tellers = {conversations[n] for n in rows}
    return len(rows) >= FEWEST and len(tellers) >= TELLERS and 2 * sum(fresh[n] for n in rows) >= len(rows)


def _central(embeddings: Floats, rows: Sequence[int]) -> list[int]:
    near = embeddings[rows] @ embeddings[rows].mean(axis=0)
    return [rows[place] for place in np.argsort(-near, kind="stable")]
