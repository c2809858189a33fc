"""Fits what tells texts outside the known intents, by leaving intents out: no text from outside is needed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from nlp.encoder import Floats
from nlp.outside import SHARE, Outside

FOLDS = 5
PROTOTYPES, MOST = 10, 1500
"""So many an intent at most, one for each three of its texts; and so many in all."""
ROUNDS = 10
SHRINK = 0.03
"""Share of a covariance that is replaced by a sphere of the same trace: it has d(d+1)/2 numbers to learn."""
RIDGE = 1e-4
"""Keeps the curve from becoming a step where few texts are told apart without error."""
Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]


def fit(
    x: Floats,
    y: Sequence[str],
    *,
    encoder: str,
    beyond: Floats | None = None,
    fresh: tuple[Floats, Sequence[str]] | None = None,
    seed: int = 7,
) -> Outside:
    """From embeddings float32 (n, d) with their intents. `beyond`: embeddings known to be outside, where there are any.

    The curve is learnt in FOLDS rounds, each of which leaves out a part of the intents, whose texts are then outside,
    and a part of the other texts, which are inside. `beyond` makes half of the outside. `fresh`, where the encoder was
    tuned on x: embeddings with intents that it has not seen, by which alone the curve is then learnt. The same input
    gives the same numbers. Raises ValueError for fewer than four intents, or where none has two texts.
    """
    names, codes = np.unique(np.asarray(y), return_inverse=True)
    if len(names) < 4:
        raise ValueError(f"{len(names)} intents ({', '.join(names)}): what is outside is learnt from four on")
    if len(codes) == len(names):
        raise ValueError("each intent has one text: what is inside is learnt from intents with two or more")
    asked = None
    if fresh:
        known = np.isin(np.asarray(fresh[1]), names)
        asked = fresh[0][known], np.searchsorted(names, np.asarray(fresh[1])[known])
    inside, outside = _left_out(x, codes, asked, seed=seed)
    model = _known(x, codes, encoder=encoder, seed=seed)
    others = [outside] if beyond is None or not len(beyond) else [outside, model.likenesses(beyond)]
    slopes, bias = _curve(inside, others)
    return replace(model, slopes=slopes, bias=bias)


def _left_out(x: Floats, codes: Ints, asked: tuple[Floats, Ints] | None, *, seed: int) -> tuple[Floats, Floats]:
    """Likenesses of texts that their model has not seen, of intents that it knows, and of those that it does not."""
    draw = np.random.default_rng(seed)
    groups, parts = draw.permutation(codes.max() + 1) % FOLDS, _parts(codes, draw)
    inside, outside = [], []
    for fold in set(groups.tolist()):
        learnt = (groups[codes] != fold) & ((parts != fold) | (asked is not None))
        held, own = asked or (x[~learnt], codes[~learnt])
        model, strange = _known(x[learnt], codes[learnt], encoder="", seed=seed), groups[own] == fold
        inside.append(model.likenesses(held[~strange & np.isin(own, codes[learnt])]))
        outside.append(model.likenesses(held[strange]))
    return np.vstack(inside), np.vstack(outside)


def _parts(codes: Ints, draw: np.random.Generator) -> Ints:
    """A number under FOLDS for each text; each intent's texts are dealt out evenly."""
    order = draw.permutation(len(codes))
    parts = np.empty(len(codes), np.int64)
    parts[order[np.argsort(codes[order], kind="stable")]] = np.arange(len(codes)) % FOLDS
    return parts


def _known(x: Floats, codes: Ints, *, encoder: str, seed: int) -> Outside:
    """The intents of these texts, with no curve yet; large arrays are rounded to float16, as they will be kept."""
    _, codes, counts = np.unique(codes, return_inverse=True, return_counts=True)
    means = np.zeros((len(counts), x.shape[1]))
    np.add.at(means, codes, x)
    means /= counts[:, None]
    middle = x.mean(axis=0, dtype=np.float64)
    own, common = _precision(x - means[codes]), _precision(x - middle)
    directions = own @ means.T - (common @ middle)[:, None]
    offsets = (middle @ common @ middle - ((means @ own) * means).sum(axis=1)) / 2
    each, draw = max(1, min(PROTOTYPES, MOST // len(counts))), np.random.default_rng(seed)
    prototypes = np.vstack([_typical(x[codes == code], each, draw) for code in range(len(counts))])
    return Outside(
        _rounded(prototypes),
        _rounded(own - common),
        _rounded(directions),
        offsets.astype(np.float32),
        np.zeros(2, np.float32),
        0.0,
        encoder,
    )


def _precision(around: Doubles) -> Doubles:
    """The inverse of the shrunk covariance of these deviations from a mean; finite even where they are all zero."""
    covariance = around.T @ around / len(around)
    size = len(covariance)
    return np.linalg.inv((1 - SHRINK) * covariance + (SHRINK * np.trace(covariance) / size + 1e-4) * np.eye(size))


def _typical(rows: Floats, most: int, draw: np.random.Generator) -> Floats:
    """Directions of groups of texts that are alike, at most `most`: spherical k-means (Dhillon and Modha 2001)."""
    many = max(1, min(most, len(rows) // 3))
    centres = rows[draw.choice(len(rows), many, replace=False)]
    for _ in range(ROUNDS):
        sums = np.zeros_like(centres)
        np.add.at(sums, (rows @ centres.T).argmax(axis=1), rows)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), centres)
    return centres


def _rounded(numbers: npt.NDArray[Any]) -> Floats:
    return numbers.astype(np.float16).astype(np.float32)


def _curve(inside: Floats, outside: Sequence[Floats]) -> tuple[Floats, float]:
    """Slopes and bias of the likeliest logistic curve where the share SHARE is outside, each part of it alike.

    No slope is over 0: what is less like all that is known is never less outside.
    """
    x = np.vstack([inside, *outside]).astype(np.float64)
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.column_stack([(x - middle) / spread, np.ones(len(x))])
    sign = np.repeat([-1.0, 1.0], [len(inside), len(x) - len(inside)])
    part = SHARE / len(outside)
    weights = np.concatenate(
        [np.full(len(rows), share / len(rows)) for rows, share in [(inside, 1 - SHARE), *((o, part) for o in outside)]]
    )

    def loss(w: Doubles) -> tuple[float, Doubles]:
        margin, free = sign * (z @ w), w * (1, 1, 0)
        pull = -sign * weights / (1 + np.exp(np.minimum(margin, 500)))
        return float(weights @ np.logaddexp(0, -margin) + RIDGE * free @ free), z.T @ pull + 2 * RIDGE * free

    w = minimize(loss, np.zeros(3), jac=True, method="L-BFGS-B", bounds=[(None, 0), (None, 0), (None, None)]).x
    slopes = w[:2] / spread
    return slopes.astype(np.float32), float(np.float32(w[2] - middle @ slopes))
