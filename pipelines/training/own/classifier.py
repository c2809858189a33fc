"""The head of a company's own intents: fitted on few or many embeddings, calibrated on what it has not seen.

Softmax regression on centred embeddings and on the texts' words (`nlp/wording.py`), each intent weighted alike, and
what is known of an intent besides its examples (its name in words, its definition, its headlines) as further examples.
This, and not cosine prototypes, discriminant analysis with shrinkage or a whitened regression, the strength of
regularisation, and how much words count were chosen on draws of 5 and 10 texts an intent of Banking77 train and
CLINC150 train, and on all of the first but two thousand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.encoder import Floats
from nlp.head import Head
from nlp.taxonomy import Taxonomy
from nlp.wording import BUCKETS, Wording, counted, rarity, weighed

Numbers = npt.NDArray[Any]
STRENGTH, TOLERANCE = 30.0, 1e-3
FOLDS = 5
PRECISION = 0.9
"""Share of the guesses that the model vouches for which are to be right."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a head reads of n texts: their embeddings, float32 (n, d), and their words, sparse (n, BUCKETS)."""

    places: Floats
    words: Any

    @classmethod
    def of(cls, places: Floats, texts: Sequence[str]) -> "Read":
        return cls(places, counted(texts))

    def __getitem__(self, rows: Any) -> "Read":
        return Read(self.places[rows], self.words[rows])

    def __add__(self, other: "Read") -> "Read":
        """One below the other."""
        from scipy.sparse import vstack

        return Read(np.vstack([self.places, other.places]), vstack([self.words, other.words]).tocsr())


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


def fit(x: Read, y: Sequence[str], *, encoder: str, labels: Sequence[str]) -> Head:
    """A head without temperature and threshold, of n texts. `labels`: all intents, also those without a row."""
    from scipy.sparse import csr_array, hstack
    from sklearn.linear_model import LogisticRegression

    centre, rare = x.places.mean(axis=0), rarity(x.words)
    read = hstack([csr_array(x.places - centre), weighed(x.words, rare)]).tocsr()
    model = LogisticRegression(C=STRENGTH, max_iter=1000, tol=TOLERANCE, class_weight="balanced").fit(read, y)
    known = list(map(str, model.classes_))
    if len(known) == 2:  # one row of numbers stands for both
        coefficients, intercepts = (
            np.vstack([-model.coef_, model.coef_]) / 2,
            np.hstack([-model.intercept_, model.intercept_]) / 2,
        )
    else:
        coefficients, intercepts = model.coef_, model.intercept_
    width = x.places.shape[1]
    weights, bias = np.zeros((width, len(labels))), np.full(len(labels), -50.0)
    spoken, places = np.zeros((BUCKETS, len(labels)), np.float32), [list(labels).index(name) for name in known]
    own = coefficients[:, :width].T
    weights[:, places], spoken[:, places] = own, coefficients[:, width:].T
    bias[places] = intercepts - centre @ own
    return Head(
        weights.astype(np.float32), bias.astype(np.float32), tuple(labels), 1.0, 0.0, encoder, Wording(rare, spoken)
    )


def logits(head: Head, x: Read) -> Numbers:
    """float64 (n, k), as `Head.logits` has them."""
    assert head.wording
    said = weighed(x.words, head.wording.rarity) @ head.wording.weights
    return np.asarray((x.places @ head.weights + head.bias + said) / head.temperature, np.float64)


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
    x: Read, y: Sequence[str], extra: Read, extra_labels: Sequence[str], *, labels: Sequence[str], seed: int
) -> Scored:
    """Each fold by a head fitted on the others; `extra`, the descriptions, belong to every one of them."""
    fold, names, place = folds(y, seed=seed), np.array(y), {name: n for n, name in enumerate(labels)}
    rows: list[Numbers] = []
    found: list[Numbers] = []
    for k in sorted(set(fold.tolist()) - {-1}):
        learnt, held = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        head = fit(x[learnt] + extra, [*names[learnt], *extra_labels], encoder="", labels=labels)
        rows.append(held)
        found.append(logits(head, x[held]))
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
