"""Drift: whether what is said of late is distributed otherwise than what was said before."""

from dataclasses import dataclass

import numpy as np

from nlp.encoder import Floats

FEWEST, MOST = 20, 500
"""Rows of each side: of fewer nothing is told, of more so many at random are looked at."""
ROUNDS = 499
CHANCE = 0.01
"""A drift is told that chance shows less often."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How far apart, 0..1 (0 alike), and the chance of so much among rows that are alike."""

    distance: float
    p: float

    @property
    def told(self) -> bool:
        return self.p < CHANCE


def drift(before: Floats, after: Floats, *, seed: int = 0) -> Drift | None:
    """The energy distance (Szekely & Rizzo 2013) of two sets of vectors by twice their mean distance, and the p of its
    permutation test. It has no parameter to choose. Rows should be independent: one a conversation. float32 (n, d)."""
    if min(len(before), len(after)) < FEWEST:
        return None
    draw = np.random.default_rng(seed)
    parts = [rows[draw.permutation(len(rows))[:MOST]] for rows in (before, after)]
    rows, n, m = np.concatenate(parts).astype(np.float64), len(parts[0]), len(parts[1])
    squares = (rows**2).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0))
    sides = np.tile(np.arange(n + m) < n, (ROUNDS + 1, 1))
    draw.permuted(sides[1:], axis=1, out=sides[1:])
    first, second = sides / n, ~sides / m
    across = ((first @ apart) * second).sum(axis=1)
    energy = 2 * across - ((first @ apart) * first).sum(axis=1) - ((second @ apart) * second).sum(axis=1)
    return Drift(float(max(energy[0], 0) / max(2 * across[0], 1e-12)), float((energy >= energy[0] - 1e-12).mean()))
