"""Where in the journey a customer stands, from what a text says and from its intents' default stages."""

from collections.abc import Mapping, Sequence

import numpy as np

from nlp.encoder import Floats
from nlp.head import Head
from nlp.taxonomy import Taxonomy

SAYS = 0.8
"""Weight of what the text says against its intents' defaults."""


def default_stages(taxonomy: Taxonomy) -> Mapping[str, str]:
    """Each intent's stage, where it has one."""
    return {intent.name: intent.stage for intent in taxonomy.intents if intent.stage}


def classify(
    head: Head, embeddings: Floats, intents: Sequence[Sequence[tuple[str, float]]], defaults: Mapping[str, str]
) -> list[tuple[str, float]]:
    """(stage or "unknown", confidence 0..1) a row, from embeddings (n, d) and the ranked intents of each row."""
    probabilities = SAYS * head.probabilities(embeddings)
    place = {label: i for i, label in enumerate(head.labels)}
    for row, guesses in zip(probabilities, intents, strict=True):
        for name, probability in guesses:
            row[place.get(defaults.get(name, "unknown"), place["unknown"])] += (1 - SAYS) * probability
    best = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(best)), best] / probabilities.sum(axis=1)
    return [(head.labels[i], float(c)) for i, c in zip(best, confidence, strict=True)]
