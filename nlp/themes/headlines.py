"""Headlines: what support teams call the usual problems, and the few of them that might name a theme."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.head import Head
from nlp.themes.assign import Places

SHOWN = 8
"""Headlines of a theme, at most."""
LIKELY, LEAST = 0.15, 1e-3
"""How much the logarithm of its intent's probability, LEAST at least, counts beside a headline's cosine similarity."""
USUAL = 0.5
"""How much counts against a headline that it is near to what all customers say: "Device overheats", where heating is
what is sold."""
BLOCK = 10_000
"""Segments whose likeness to all headlines is held at a time: a million at once would take gigabytes."""


@dataclass(frozen=True, slots=True)
class Headlines:
    """`texts`, the intent that each belongs to, and the head that tells intents from embeddings, if there is one."""

    texts: tuple[str, ...]
    intents: tuple[str, ...]
    head: Head | None


def fitting(
    headlines: Headlines, embeddings: Floats, labels: Sequence[int | None], centroids: Floats, *, encoder: Encoder
) -> list[dict[str, float]]:
    """The few headlines that fit each theme best, best first, and the share of its segments that vote for each, 0..1,
    over half of that in all segments; whether its texts bear one out, naming asks.

    A segment's vote is for the headline of most s - USUAL * u + LIKELY * log(probability of its intent), with s the
    cosine similarity and u its mean over all segments: "they put me through to a fifth person" is near to much, but
    asks for nothing else. score = 1.5 * s of the theme's centroid - USUAL * u + 0.5 * share of votes + 0.5 * lift of
    its intent, with lift = q * log(q / p), the intent's mean probability in the theme (q) against in all segments (p);
    0 without a head.
    `embeddings`: float32 (n, d), of the segments' own words; `centroids`: float32 (k, d).
    """
    if not headlines.texts or not len(centroids):
        return [{} for _ in centroids]
    vectors = encoder.encode(headlines.texts)
    likely = headlines.head.probabilities(embeddings) if headlines.head else np.ones((len(embeddings), 0), np.float32)
    place = {name: n for n, name in enumerate(headlines.head.labels if headlines.head else ())}
    intent = np.array([place.get(name, -1) for name in headlines.intents])
    usual = vectors @ embeddings.mean(axis=0)
    votes = _votes(embeddings, vectors, usual, likely, intent)
    everywhere = np.bincount(votes, minlength=len(vectors)) / len(votes)
    theme = np.array([-1 if label is None else label for label in labels])
    similarity = centroids @ vectors.T
    found: list[dict[str, float]] = []
    for k in range(len(centroids)):
        own = theme == k
        within = likely[own].mean(axis=0)
        lift = np.append(within * np.log(within / likely.mean(axis=0)), 0.0)[intent]  # an intent unknown to the head: 0
        share = np.bincount(votes[own], minlength=len(vectors)) / own.sum()
        score = 1.5 * similarity[k] - USUAL * usual + 0.5 * share + 0.5 * lift
        best = np.argsort(-score, kind="stable")[:SHOWN]
        found.append({headlines.texts[j]: max(0.0, float(share[j] - everywhere[j] / 2)) for j in best})
    return found


def _votes(embeddings: Floats, vectors: Floats, usual: Floats, likely: Floats, intent: Places) -> Places:
    """The headline that each segment votes for, intp (n,), BLOCK segments at a time. `usual`: float32 (headlines,), the
    mean likeness of each; `likely`: float32 (n, intents); `intent`: the place of each headline's, -1 where the
    head does not know it: then likeness alone decides, as without intents."""
    found = np.zeros(len(embeddings), np.intp)
    for start in range(0, len(embeddings), BLOCK):
        some = slice(start, start + BLOCK)
        told = likely[some]
        known = np.where(intent >= 0, told[:, intent], told.max(axis=1, keepdims=True)) if likely.shape[1] else 1.0
        near = embeddings[some] @ vectors.T - USUAL * usual
        found[some] = (near + LIKELY * np.log(np.maximum(known, LEAST))).argmax(axis=1)
    return found
