"""Where in the journey a customer stands: what a text says, what its intents usually are, and how witnesses are pooled.

A witness says how likely each stage is. Several are pooled by their logarithms (Genest & Zidek 1986, "Combining
probability distributions"): log p = sum of weight * log of what each says, scaled to sum to 1. WORDS and INTENT are of
the best likelihood on the held-out authored texts, rounded (`python -m benchmarks.stages --choose`).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from nlp.encoder import Floats
from nlp.head import Head
from nlp.signal import Witness
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy

WORDS, INTENT = 0.9, 0.15
"""Weights of what a text says, and of the stages at which its intents usually are."""
USUAL, SILENT = 0.8, 0.1
"""Of an intent with a default stage: the share that it gives to it, and to "unknown"; the rest goes to all evenly."""
FLOOR = 0.3
"""A best guess less likely than this is "unknown"; of the held-out texts under it fewer than half are guessed right."""
LEAST = 1e-4
"""What nobody excludes: distributions are kept to four digits."""


def default_stages(taxonomy: Taxonomy) -> Mapping[str, str]:
    """Each intent's stage, where it has one."""
    return {intent.name: intent.stage for intent in taxonomy.intents if intent.stage}


def rule(taxonomy: Taxonomy) -> str:
    """Changes with all that decides on a text's stage beside the models."""
    return repr((WORDS, INTENT, USUAL, SILENT, FLOOR, taxonomy.stage_names, sorted(default_stages(taxonomy).items())))


def told(head: Head, embeddings: Floats, stages: Sequence[str]) -> Floats:
    """float32 (n, len(stages) + 1), "unknown" last: what texts say. A stage that the head does not know is never said;
    what it says of one that is not among `stages` counts as "unknown"."""
    labels = (*stages, UNKNOWN_STAGE)
    places = [labels.index(name) if name in labels else -1 for name in head.labels]
    return np.asarray(head.probabilities(embeddings) @ np.eye(len(labels), dtype=np.float32)[places], np.float32)


def usual(intents: Sequence[Sequence[tuple[str, float]]], defaults: Mapping[str, str], stages: Sequence[str]) -> Floats:
    """float32 (n, len(stages) + 1), "unknown" last: where those who want this usually are."""
    places = {stage: n for n, stage in enumerate((*stages, UNKNOWN_STAGE))}
    known = {name: places[stage] for name, stage in defaults.items() if stage in places}
    found = np.zeros((len(intents), len(places)), np.float32)
    given = [(n, known[name], p) for n, guesses in enumerate(intents) for name, p in guesses if name in known]
    for row, place, probability in given:
        found[row, place] += USUAL * probability
        found[row, -1] += SILENT * probability
    rest = np.maximum(0, 1 - found.sum(axis=1, keepdims=True)) / np.float32(len(places))
    return np.asarray(found + rest, np.float32)


def pooled(*witnesses: tuple[float, Floats]) -> Floats:
    """float32 (n, k) from (weight, what it says (n, k)) of each; rows sum to 1."""
    logs = sum(weight * np.log(np.maximum(said, LEAST)) for weight, said in witnesses)
    odds = np.exp(logs - np.max(logs, axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)


def best(row: Sequence[float] | Floats, labels: Sequence[str]) -> tuple[str, float]:
    """(stage, confidence 0..1): the likeliest, "unknown" where it is under FLOOR."""
    place = max(range(len(row)), key=row.__getitem__)
    sure = float(row[place])
    return (labels[place] if sure >= FLOOR else UNKNOWN_STAGE), sure


def distributions(rows: Floats, labels: Sequence[str]) -> list[tuple[tuple[str, float], ...]]:
    """Each row of float32 (n, k) as findings keep it: likeliest first, to four digits, without what rounds to 0."""
    order = np.argsort(-rows, axis=1, kind="stable")
    rounded = np.round(np.take_along_axis(rows, order, axis=1).astype(np.float64), 4).tolist()
    return [
        tuple([(labels[n], p) for n, p in zip(places, own, strict=True) if p])
        for places, own in zip(order.tolist(), rounded, strict=True)
    ]


def weighed(witnesses: Sequence[Witness]) -> tuple[str, float]:
    """(stage, confidence 0..1) by all; of equals what the first finds likelier, ("unknown", 0) without any."""
    if not witnesses:
        return UNKNOWN_STAGE, 0.0
    labels = list(dict.fromkeys(name for witness in witnesses for name, _ in witness.stages))
    said = [(w.weight, np.array([[dict(w.stages).get(name, 0.0) for name in labels]], np.float32)) for w in witnesses]
    return best(pooled(*said)[0], labels)
