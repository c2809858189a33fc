"""What a customer wants: ranked intents with calibrated confidence, or "don't know"; the model that tells them."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.encoder import Encoder, Floats
from nlp.head import Head, ranked
from nlp.outside import OUTSIDE, Outside
from nlp.taxonomy import NONE


@dataclass(frozen=True, slots=True)
class Intents:
    """Best first, each with its probability; `abstained` where the best is under the head's threshold, or where the
    text is `outside` the known intents, by its probability; None where that is not told."""

    ranked: tuple[tuple[str, float], ...]
    abstained: bool
    outside: float | None = None


@dataclass(frozen=True, slots=True)
class IntentModel:
    """A head on the shared embeddings or, where it has an `encoder` of its own, on that one's: a second pass.

    `calm`: a head on the shared embeddings that knows `none`. Where the model's labels do not, it speaks where the
    model abstains, so that greetings and thanks ask for nothing under a taxonomy that has no name for them.
    `outside` reads what the head reads.
    `stamp`: changes with the folder that it was read from.
    """

    name: str
    head: Head
    encoder: Encoder | None = None
    calm: Head | None = None
    stamp: str = ""
    outside: Outside | None = None

    def classify(self, embeddings: Floats, texts: Sequence[str]) -> list[Intents]:
        """One result a text; `embeddings` are the shared ones, float32 (n, d)."""
        own = classify(self.head, self.encoder.encode(texts) if self.encoder else embeddings, self.outside)
        if self.calm is None or NONE in self.head.labels:
            return own
        asked = classify(self.calm, embeddings)
        return [calm if found.abstained and _calm(calm) else found for found, calm in zip(own, asked, strict=True)]

    @property
    def shared(self) -> Head | None:
        """The head, where it reads the shared embeddings."""
        return None if self.encoder else self.head


def _calm(found: Intents) -> bool:
    return found.ranked[0][0] == NONE and not found.abstained


def classify(head: Head, embeddings: Floats, outside: Outside | None = None) -> list[Intents]:
    """One result a row of `embeddings` float32 (n, d)."""
    rows = ranked(head.probabilities(embeddings), head.labels)
    if outside is None:
        return [Intents(row, row[0][1] < head.threshold) for row in rows]
    beyond = outside.probability(embeddings).tolist()
    return [Intents(row, row[0][1] < head.threshold or p >= OUTSIDE, p) for row, p in zip(rows, beyond, strict=True)]
