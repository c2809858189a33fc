"""What a theme's texts ask for, by which a name that says so is told from one that speaks of the same things."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Floats
from nlp.head import Head


@dataclass(frozen=True, slots=True)
class Wants:
    """`head`: of intents, on the embeddings; `shares`: float32 (k, intents), each theme's mean of their
    probabilities."""

    head: Head
    shares: Floats

    @classmethod
    def of(cls, head: Head, embeddings: Sequence[Floats]) -> "Wants":
        """`embeddings`: float32 (n, d) of each theme's texts."""
        return cls(head, np.array([head.probabilities(own).mean(axis=0) for own in embeddings], np.float32))

    def alike(self, theme: int, vector: Floats) -> float:
        """How much a text, by its embedding float32 (d,), asks for what the theme's texts do, 0..1: the coefficient of
        Bhattacharyya (1943), which is 1 for equal distributions and 0 where none of the intents is shared."""
        return float(np.sqrt(self.head.probabilities(vector[None])[0] * self.shares[theme]).sum())
