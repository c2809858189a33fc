"""Quotes: the few segments of a theme that a person should read."""

from collections.abc import Sequence

import numpy as np

from nlp.encoder import Floats

SHORTEST, LONGEST = 40, 300
"""Characters of a good quote; others stand in where a theme has too few."""
BALANCE = 0.7


def representative(texts: Sequence[str], embeddings: Floats, centroid: Floats, *, count: int = 5) -> list[int]:
    """Places of at most `count` segments, most central first and mutually different: maximal marginal relevance,
    0.7 * similarity to the centroid - 0.3 * similarity to the nearest quote already chosen (Carbonell & Goldstein
    1998). `embeddings` float32 (n, d), `centroid` float32 (d,)."""
    relevance = embeddings @ centroid
    fits = np.array([SHORTEST <= len(text) <= LONGEST for text in texts], bool)
    value = BALANCE * relevance - np.where(fits, 0.0, 1.0)
    chosen: list[int] = []
    said: set[str] = set()
    seen = np.zeros(len(texts), np.float32)
    while len(chosen) < min(count, len(texts)):
        marginal = value - (1 - BALANCE) * seen
        marginal[[n for n, text in enumerate(texts) if n in chosen or text in said]] = -np.inf
        best = int(marginal.argmax())
        if marginal[best] == -np.inf:
            break
        chosen.append(best)
        said.add(texts[best])
        seen = np.maximum(seen, embeddings @ embeddings[best])
    return chosen
