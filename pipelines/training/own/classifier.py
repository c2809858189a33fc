"""The head of a company's own intents: fitted on few or many embeddings, calibrated on what it has not seen.

Softmax regression on centred embeddings, each intent weighted alike, and what is known of an intent besides its
examples (its name in words, its definition, its headlines) as further examples, and where there are texts without a
label, what they likely ask for (`unlabelled.py`). This, and not cosine prototypes, discriminant analysis with shrinkage
or a whitened regression, the strength of regularisation and what a guess counts were chosen on draws of 5 and 10 texts
an intent of Banking77 train and CLINC150 train.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.encoder import Floats
from nlp.head import Head
from nlp.taxonomy import Taxonomy
from pipelines.training.own.unlabelled import Beside, Guesses, spread

Numbers = npt.NDArray[Any]
STRENGTH = 30.0
FOLDS = 5
LIKELY, COUNTS = 0.2, 0.3
"""How likely a guess is at least that is learnt from, and what it counts beside an example where it is certain."""
PRECISION = 0.9
"""Share of the guesses that the model vouches for which are to be right."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Guesses for texts that the head in question had not seen.

    rows (m,): which of the examples. logits (m, k), before the temperature. truth (m,): class numbers.
    """

    rows: Numbers
    logits: Numbers
    truth: Numbers


def descriptions(labels: Sequence[str], taxonomy: Taxonomy | None) -> dict[str, list[str]]:
    """Label -> what tells of it without an example: its name in words, its definition, its headlines."""
    known = {intent.name: intent for intent in taxonomy.intents} if taxonomy else {}
    found: dict[str, list[str]] = {}
    for label in labels:
        words = " ".join(label.replace("_", " ").replace("-", " ").split())
        intent = known.get(label)
        said = [words if any(c.isalpha() for c in words) else ""]
        said += [intent.definition, *intent.headlines] if intent else []
        found[label] = [text for text in said if text]
    return found


def fit(
    x: Floats,
    y: Sequence[str],
    *,
    encoder: str,
    labels: Sequence[str],
    beside: Beside | None = None,
    alone: Sequence[str] = (),
) -> Head:
    """A head without temperature and threshold. x: float32 (n, d), of unit length. `labels`: all intents, also those
    without a row; `alone`: those that descriptions alone tell of."""
    if beside is None or not len(beside.places):
        return _fitted(x, y, np.ones(len(x)), encoder=encoder, labels=labels)
    found = guesses(x, y, labels=labels, beside=beside, alone=alone)
    kept = found.likely >= LIKELY
    names, counts = [labels[n] for n in found.classes[kept]], COUNTS * found.likely[kept]
    whole, weights = np.vstack([x, beside.places[kept]]), np.append(np.ones(len(x)), counts)
    return _fitted(whole, [*y, *names], weights, encoder=encoder, labels=labels)


def guesses(x: Floats, y: Sequence[str], *, labels: Sequence[str], beside: Beside, alone: Sequence[str]) -> Guesses:
    """What the texts without a label ask for, classes in the order of `labels`; the others as in `fit`."""
    head = _fitted(x, y, np.ones(len(x)), encoder="", labels=labels)
    asked = replace(head, bias=np.asarray(head.bias + beside.more * np.isin(labels, alone), np.float32))
    places = {name: n for n, name in enumerate(labels)}
    return spread(asked, x, np.array([places[name] for name in y]), beside.places)


def _fitted(x: Floats, y: Sequence[str], weights: Numbers, *, encoder: str, labels: Sequence[str]) -> Head:
    """Each intent counts as much as any other, within it each row by its weight."""
    from sklearn.linear_model import LogisticRegression

    known, number = np.unique(y, return_inverse=True)
    shares = len(known) * np.bincount(number, weights) / weights.sum()
    centre = np.average(x, axis=0, weights=weights).astype(np.float32)
    model = LogisticRegression(C=STRENGTH, max_iter=1000, tol=1e-4).fit(x - centre, y, weights / shares[number])
    if len(known) == 2:  # one row of numbers stands for both
        coefficients, intercepts = (
            np.vstack([-model.coef_, model.coef_]) / 2,
            np.hstack([-model.intercept_, model.intercept_]) / 2,
        )
    else:
        coefficients, intercepts = model.coef_, model.intercept_
    learnt, bias = np.zeros((x.shape[1], len(labels))), np.full(len(labels), -50.0)
    places = [list(labels).index(name) for name in known]
    learnt[:, places], bias[places] = coefficients.T, intercepts - centre @ coefficients.T
    return Head(learnt.astype(np.float32), bias.astype(np.float32), tuple(labels), 1.0, 0.0, encoder)


def logits(head: Head, x: Floats) -> Numbers:
    return np.asarray((x @ head.weights + head.bias) / head.temperature, np.float64)


def folds(labels: Sequence[str], *, seed: int, count: int = FOLDS) -> Numbers:
    """Each row's fold, 0 to count - 1, intents spread over all; -1 for an intent's only example, never held out."""
    draw, found = np.random.default_rng(seed), np.full(len(labels), -1)
    start, array = 0, np.array(labels)
    for label in sorted(set(labels)):
        own = draw.permutation(np.flatnonzero(array == label))
        if len(own) > 1:
            found[own] = (start + np.arange(len(own))) % count
            start += len(own)
    return found


def held_out(
    x: Floats,
    y: Sequence[str],
    extra: Floats,
    extra_labels: Sequence[str],
    *,
    labels: Sequence[str],
    seed: int,
    beside: Beside | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Scored:
    """Each fold by a head fitted on the others; `extra`, the descriptions' embeddings, and the texts without a label
    belong to every one of them. `progress` is told of each."""
    alone = sorted(set(labels) - set(y))
    fold, names, place = folds(y, seed=seed), np.array(y), {name: n for n, name in enumerate(labels)}
    rows: list[Numbers] = []
    found: list[Numbers] = []
    for k in sorted(set(fold.tolist()) - {-1}):
        learnt, held = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        known = np.vstack([x[learnt], extra])
        head = fit(known, [*names[learnt], *extra_labels], encoder="", labels=labels, beside=beside, alone=alone)
        rows.append(held)
        found.append(logits(head, x[held]))
        progress(len(rows))
    order = np.concatenate(rows)
    return Scored(order, np.vstack(found), np.array([place[y[i]] for i in order]))


def thresholds(confidence: Numbers, right: Numbers, precisions: Sequence[float]) -> Mapping[float, tuple[float, float]]:
    """Precision -> (least confidence from which on so many of the kept guesses are right, share kept); 1 where none."""
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last = np.append(confidence[order][1:] < confidence[order][:-1], True)  # equal confidences are kept together
    found: dict[float, tuple[float, float]] = {}
    for precision in precisions:
        good = np.flatnonzero((share >= precision) & last)
        found[precision] = (
            (float(confidence[order][good[-1]]), (good[-1] + 1) / len(order)) if len(good) else (1.0, 0.0)
        )
    return found
