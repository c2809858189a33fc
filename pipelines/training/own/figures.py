"""What a model of own intents is good for: figures an intent, calibration, collisions, which intents need examples."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from nlp.metrics import Interval, expected_calibration_error, interval, macro_f1, macro_recall
from pipelines.training.own.classifier import PRECISION, Numbers, Scored, thresholds

BINS = 10
FEW = 8
"""Fewer examples of an intent than these are too few to trust its figures, and mostly too few for the model."""
LOW = 0.7
PRECISIONS = (0.8, PRECISION, 0.95)


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """Of one intent: its examples, recall with its interval and precision on held-out texts; None where not scored."""

    name: str
    examples: int
    recall: Interval | None
    precision: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Guesses of a confidence from `low` on: how many, their mean confidence, the share that is right."""

    low: float
    texts: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Collision:
    """`texts` of `examples` examples of the intent `truth` are taken for `guess`, which has `others` of its own."""

    truth: str
    guess: str
    texts: int
    examples: int
    others: int


@dataclass(frozen=True, slots=True)
class Figures:
    """On held-out texts. `thresholds`: precision -> (threshold, share of the texts kept)."""

    texts: int
    accuracy: Interval
    macro_recall: float
    macro_f1: float
    ece: float
    reliability: tuple[Bin, ...]
    thresholds: dict[float, tuple[float, float]]
    intents: tuple[IntentFigures, ...]
    collisions: tuple[Collision, ...]

    @property
    def wanting(self) -> list[tuple[str, str]]:
        """(intent, why it needs examples)."""
        found: list[tuple[str, str]] = []
        for intent in self.intents:
            if not intent.examples:
                found.append((intent.name, "no example: it is known by its description alone"))
            elif intent.examples < FEW:
                found.append((intent.name, f"{intent.examples} example{'s' if intent.examples > 1 else ''}"))
            elif intent.recall and intent.recall.value < LOW:
                found.append((intent.name, f"recall {intent.recall.value:.2f} with {intent.examples} examples"))
        return found


def figures(scored: Scored, labels: Sequence[str], counts: Sequence[int], *, temperature: float, seed: int) -> Figures:
    """`counts`: the examples of each label."""
    probabilities = softmax(scored.logits / temperature, axis=1)
    guess, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = guess == scored.truth
    accuracy = interval(np.mean, right, seed=seed)
    assert accuracy, "at least one intent has two examples"
    return Figures(
        texts=len(right),
        accuracy=accuracy,
        macro_recall=macro_recall(scored.truth, guess),
        macro_f1=macro_f1(scored.truth, guess),
        ece=expected_calibration_error(confidence, right),
        reliability=reliability(confidence, right),
        thresholds=dict(thresholds(confidence, right, PRECISIONS)),
        intents=tuple(_intent(n, name, counts[n], scored.truth, guess, seed) for n, name in enumerate(labels)),
        collisions=_collisions(scored.truth, guess, labels, counts),
    )


def reliability(confidence: Numbers, right: Numbers) -> tuple[Bin, ...]:
    """Over BINS bins of equal width, those with a text."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(b / BINS, int((place == b).sum()), float(confidence[place == b].mean()), float(right[place == b].mean()))
        for b in sorted(set(place.tolist()))
    )


def _intent(number: int, name: str, examples: int, truth: Numbers, guess: Numbers, seed: int) -> IntentFigures:
    own, taken = truth == number, guess == number
    precision = float((truth[taken] == number).mean()) if taken.any() else None
    return IntentFigures(name, examples, interval(np.mean, guess[own] == number, seed=seed), precision)


def _collisions(truth: Numbers, guess: Numbers, labels: Sequence[str], counts: Sequence[int]) -> tuple[Collision, ...]:
    pairs = Counter((int(t), int(g)) for t, g in zip(truth, guess, strict=True) if t != g)
    order = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Collision(labels[t], labels[g], n, counts[t], counts[g]) for (t, g), n in order)
