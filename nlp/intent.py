"""What a customer wants: ranked intents with calibrated confidence, or "don't know"."""

from dataclasses import dataclass

from nlp.encoder import Floats
from nlp.head import Head, ranked


@dataclass(frozen=True, slots=True)
class Intents:
    """Best first, each with its probability; `abstained` where the best is under the head's threshold."""

    ranked: tuple[tuple[str, float], ...]
    abstained: bool


def classify(head: Head, embeddings: Floats) -> list[Intents]:
    """One result a row of `embeddings` float32 (n, d)."""
    rows = [ranked(row, head.labels) for row in head.probabilities(embeddings)]
    return [Intents(row, row[0][1] < head.threshold) for row in rows]
