"""Headlines: what support teams call the usual problems, and the few of them that might name a theme."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.head import Head

SHOWN = 8
"""Headlines of a theme, at most."""


@dataclass(frozen=True, slots=True)
class Headlines:
    """`texts`, the intent that each belongs to, and the head that tells intents from embeddings, if there is one."""

    texts: tuple[str, ...]
    intents: tuple[str, ...]
    head: Head | None


def fitting(
    headlines: Headlines, embeddings: Floats, labels: Sequence[int | None], centroids: Floats, *, encoder: Encoder
) -> list[list[str]]:
    """The few headlines that fit each theme best, best first; whether its texts bear one out, naming asks.

    score = s + 0.5 * (s - mean s over all segments) + 0.5 * share of the theme's segments that are nearest to it
    + 0.5 * lift of its intent, with s the cosine similarity to the theme's centroid and lift = q * log(q / p), the
    intent's mean probability in the theme (q) against in all segments (p); 0 without a head. `embeddings`: float32
    (n, d), of the segments' own words; `centroids`: float32 (k, d).
    """
    if not headlines.texts or not len(centroids):
        return [[] for _ in centroids]
    vectors = encoder.encode(headlines.texts)
    near = embeddings @ vectors.T
    likely = headlines.head.probabilities(embeddings) if headlines.head else np.ones((len(embeddings), 0), np.float32)
    place = {name: n for n, name in enumerate(headlines.head.labels if headlines.head else ())}
    intent = np.array([place.get(name, -1) for name in headlines.intents])
    theme = np.array([-1 if label is None else label for label in labels])
    similarity = centroids @ vectors.T
    found: list[list[str]] = []
    for k in range(len(centroids)):
        own = theme == k
        within = likely[own].mean(axis=0)
        lift = np.append(within * np.log(within / likely.mean(axis=0)), 0.0)[intent]  # an intent unknown to the head: 0
        nearest = np.bincount(near[own].argmax(axis=1), minlength=len(vectors)) / own.sum()
        score = 1.5 * similarity[k] - 0.5 * near.mean(axis=0) + 0.5 * nearest + 0.5 * lift
        found.append([headlines.texts[j] for j in np.argsort(-score, kind="stable")[:SHOWN]])
    return found
