"""Intents without an example, known by what describes them alone: how much is added to what speaks for them.

A head that learns other intents from customers' own texts hardly ever guesses one that it knows by a definition. So
a constant is added to the logits of such intents (calibrated stacking, Chao et al. 2016, "An Empirical Study and
Analysis of Generalized Zero-Shot Learning for Object Recognition in the Wild"). The examples tell how much: intents
that have some are learnt without them in turn, as if nothing but their descriptions were known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from nlp.encoder import Floats
from nlp.head import Head
from pipelines.training.own import classifier
from pipelines.training.own.classifier import Numbers
from pipelines.training.own.unlabelled import Beside

LEAST, PARTS = 4, 5
"""Intents with several examples that are needed to tell; in so many parts they are left out."""
STEPS = np.arange(0.0, 12.01, 0.25)
"""What is tried."""


@dataclass(frozen=True, slots=True)
class Lift:
    """`intents`: those without an example. `more`: what is added to their logits. Where it was told by leaving others
    out: `found`, the share 0..1 of their texts that their descriptions found, and `kept`, of the others' that stayed
    right."""

    intents: tuple[str, ...]
    more: float
    found: float
    kept: float

    def of(self, head: Head) -> Head:
        """The head with it."""
        return replace(head, bias=np.asarray(self.added(head.bias, head.labels), np.float32))

    def added(self, logits: Numbers, labels: Sequence[str]) -> Numbers:
        """Logits (n, k) with it, or a head's bias (k,)."""
        return np.asarray(logits + self.more * np.isin(labels, self.intents))


class Split(NamedTuple):
    """Which examples, bool (n,), are learnt and which are asked, and the intents that are left out."""

    learnt: Numbers
    asked: Numbers
    left_out: tuple[str, ...]


class Told(NamedTuple):
    """What a model told of what it was asked in a split: logits (m, k), the labels, and the intents left out."""

    logits: Numbers
    labels: Sequence[str]
    left_out: tuple[str, ...]


def splits(y: Sequence[str], described: Sequence[str], *, seed: int) -> list[Split]:
    """Each leaves out a part of the intents that have several examples, and a part of the other examples; none where
    each of the `described` has an example, or where too few others have several to tell by."""
    names, fold = np.array(y), classifier.folds(y, seed=seed, count=PARTS)
    known = np.array(sorted(set(names[fold >= 0]) & set(described)))
    if set(described) <= set(y) or len(known) < LEAST:
        return []
    drawn = np.random.default_rng(seed).permutation(known).tolist()
    found: list[Split] = []
    for k in range(min(PARTS, len(known))):
        left_out = tuple(drawn[k::PARTS])
        own = np.isin(names, left_out)
        found.append(Split(~own & (fold != k), own | (fold == k), left_out))
    return found


def chosen(told: Sequence[Told], y: Sequence[str], described: Sequence[str], labels: Sequence[str]) -> Lift:
    """The least constant of the best mean of `found` and `kept`. y: the labels of the examples."""
    unseen = tuple(label for label in dict.fromkeys(described) if label not in set(y))
    right: list[Numbers] = []
    for one in told:
        alone, truth = np.isin(labels, [*unseen, *one.left_out]), np.array([labels.index(name) for name in one.labels])
        right.append(np.array([(one.logits + more * alone).argmax(axis=1) == truth for more in STEPS]))
    every, new = np.hstack(right), np.concatenate([np.isin(one.labels, one.left_out) for one in told])
    found, kept = every[:, new].mean(axis=1), every[:, ~new].mean(axis=1)
    best = int((found + kept).argmax())
    return Lift(unseen, float(STEPS[best]), float(found[best]), float(kept[best]))


def answers(
    split: Split,
    x: Floats,
    y: Sequence[str],
    extra: Floats,
    described: Sequence[str],
    labels: Sequence[str],
    beside: Beside | None = None,
) -> Told:
    """By a head on what the split learns and on the descriptions. x: float32 (n, d), of the examples; extra: float32
    (m, d), of the descriptions, whose labels are `described`."""
    names = np.array(y)
    known = np.vstack([x[split.learnt], extra])
    told, alone = names[split.learnt], sorted(set(labels) - set(names[split.learnt]))
    head = classifier.fit(known, [*told, *described], encoder="", labels=labels, beside=beside, alone=alone)
    return Told(classifier.logits(head, x[split.asked]), names[split.asked].tolist(), split.left_out)


def lift(
    x: Floats,
    y: Sequence[str],
    extra: Floats,
    described: Sequence[str],
    *,
    labels: Sequence[str],
    seed: int,
    beside: Beside | None = None,
) -> Lift | None:
    """By all splits; None where there are none. Arrays as in `answers`."""
    told = [answers(split, x, y, extra, described, labels, beside) for split in splits(y, described, seed=seed)]
    return chosen(told, y, described, labels) if told else None
