"""Stability: whether a theme is found again where a part of the conversations is left out."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nlp.encoder import Floats

ROUNDS = 5
KEPT = 0.8
"""Share of the conversations that each round keeps."""
MOST = 2_000
"""Segments of a round, at most: of more, the rounds keep fewer conversations, and the time stays bounded."""
FEWEST = 3
"""Segments of a theme in a round, at least, for the round to tell of it."""

Labels = Sequence[int | None]
Find = Callable[[Floats, Sequence[str]], Labels]
"""Vectors (n, d) and conversations (n,) to each row's theme, as the discovery that is judged finds them."""


def stability(
    embeddings: Floats, conversations: Sequence[str], labels: Labels, find: Find, *, seed: int = 0
) -> list[float | None]:
    """0..1 for each theme of `labels`, None where no round tells: the mean over rounds of the Jaccard similarity of its
    rows to the most alike theme found anew in a part of the conversations (Hennig 2007, who calls 0.75 and more stable,
    0.6 to 0.75 a pattern, less than 0.5 dissolved)."""
    count = 1 + max((label for label in labels if label is not None), default=-1)
    names, place = np.unique(np.array(conversations, np.str_), return_inverse=True)
    known = np.array([-1 if label is None else label for label in labels], np.intp)
    kept = int(min(KEPT, MOST / max(len(known), 1)) * len(names))
    draw, told = np.random.default_rng(seed), np.full((ROUNDS, count), np.nan)
    for found in told if count and kept else ():
        rows = np.flatnonzero(np.isin(place, draw.permutation(len(names))[:kept]))
        again = find(embeddings[rows], [conversations[n] for n in rows.tolist()])
        found[:] = _alike(known[rows], np.array([-1 if k is None else k for k in again], np.intp), count)
    return [float(np.nanmean(t)) if np.isfinite(t).any() else None for t in told.T]


def overall(stabilities: Sequence[float | None], sizes: Sequence[int]) -> float | None:
    """Of all themes, by their sizes; None where none is told."""
    told = [(s, n) for s, n in zip(stabilities, sizes, strict=True) if s is not None]
    return sum(s * n for s, n in told) / sum(n for _, n in told) if told else None


def _alike(known: "np.ndarray[Any, Any]", again: "np.ndarray[Any, Any]", count: int) -> Floats:
    """(count,): each known theme's best Jaccard similarity to one found again, NaN where it has too few rows here."""
    table = np.zeros((count + 1, int(again.max(initial=-1)) + 2), np.float32)
    np.add.at(table, (known, again), 1)  # -1, no theme, is the last row and column
    sizes, found = table.sum(axis=1)[:-1], table.sum(axis=0)[:-1]
    common = table[:-1, :-1]
    best = (common / np.maximum(sizes[:, None] + found - common, 1)).max(axis=1, initial=0)
    return np.where(sizes >= FEWEST, best, np.nan).astype(np.float32)
