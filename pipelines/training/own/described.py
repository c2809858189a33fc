"""Intents without an example, known by what describes them alone: how much is added to what speaks for them.

A head that learns other intents from customers' own texts hardly ever guesses one that it knows by a definition. So
a constant is added to the logits of such intents (calibrated stacking, Chao et al. 2016, "An Empirical Study and
Analysis of Generalized Zero-Shot Learning for Object Recognition in the Wild"). The examples tell how much: intents
that have some are learnt without them in turn, as if nothing but their descriptions were known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp.encoder import Floats
from nlp.head import Head
from pipelines.training.own import classifier
from pipelines.training.own.classifier import Numbers

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
        return replace(head, bias=np.asarray(head.bias + self.more * np.isin(head.labels, self.intents), np.float32))

    def added(self, logits: Numbers, labels: Sequence[str]) -> Numbers:
        """Logits (n, k) with it."""
        return np.asarray(logits + self.more * np.isin(labels, self.intents))


def lift(
    x: Floats, y: Sequence[str], extra: Floats, extra_labels: Sequence[str], *, labels: Sequence[str], seed: int
) -> Lift | None:
    """None where each described intent has an example, or where too few others have several to tell by.

    x: float32 (n, d), of the examples; extra: float32 (m, d), of the descriptions. Chosen is the least constant of the
    best mean of `found` and `kept`.
    """
    unseen = tuple(label for label in dict.fromkeys(extra_labels) if label not in set(y))
    names, fold = np.array(y), classifier.folds(y, seed=seed, count=PARTS)
    known = np.array(sorted(set(names[fold >= 0]) & set(extra_labels)))
    if not unseen or len(known) < LEAST:
        return None
    drawn = np.random.default_rng(seed).permutation(known).tolist()
    part = {name: n % PARTS for n, name in enumerate(drawn)}
    own = np.array([part.get(label, -1) for label in y])
    right: list[Numbers] = []
    new: list[Numbers] = []
    for k in range(min(PARTS, len(known))):
        learnt, asked = (own != k) & (fold != k), (own == k) | ((fold == k) & (own != k))
        head = classifier.fit(np.vstack([x[learnt], extra]), [*names[learnt], *extra_labels], encoder="", labels=labels)
        scores, truth = classifier.logits(head, x[asked]), np.array([labels.index(label) for label in names[asked]])
        alone = np.isin(labels, [*unseen, *(name for name in drawn if part[name] == k)])
        right.append(np.array([(scores + more * alone).argmax(axis=1) == truth for more in STEPS]))
        new.append(own[asked] == k)
    every, left_out = np.hstack(right), np.concatenate(new)
    found, kept = every[:, left_out].mean(axis=1), every[:, ~left_out].mean(axis=1)
    best = int((found + kept).argmax())
    return Lift(unseen, float(STEPS[best]), float(found[best]), float(kept[best]))
