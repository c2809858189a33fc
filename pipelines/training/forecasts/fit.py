"""A forecaster from rows: boosted trees, calibrated on customers whom they have not seen."""

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from nlp.journeys.encoding import Encoding, reference
from nlp.journeys.features import Value
from nlp.journeys.forecasts import Forecaster, Outlook, classes_of
from nlp.journeys.groups import Array
from nlp.journeys.trees import LEAF, Trees
from pipelines.training.forecasts.rows import Rows
from pipelines.training.temperature import temperature

FOLDS = 3
"""Parts of the customers: the margins of each calibrate, told by trees of the others."""
LEAST = 50
"""The fewest rows of a class: a rarer class is not foretold on its own, and a question with less is not learnt."""
TREES = {"max_leaf_nodes": 4, "min_samples_leaf": 20}
QUESTION = TREES | {"max_iter": 100, "learning_rate": 0.03, "l2_regularization": 5.0}
SEVERAL = TREES | {"max_iter": 60, "learning_rate": 0.05, "l2_regularization": 20.0}
"""Of a question, and of more classes, each of which gets a tree a round. Small leaves tell the few who speak of leaving
apart. Chosen on simulated worlds of the seeds 100 to 107, which score nothing."""


def fit(rows: Rows, *, seed: int = 0) -> Forecaster:
    """A model of each target that enough rows tell of; none where there is nothing to learn.

    Trees grow on all rows. What calibrates them is told by trees of other customers: a later part of the time, kept for
    that, would cost more than it tells.
    """
    encoding = Encoding.of(rows.table)
    matrix = encoding.matrix(rows.table)
    typical = reference(matrix, encoding.columns)
    outlooks = []
    for target, came in rows.targets.items():
        classes = tuple(name for name in classes_of(came.tolist()) if (came == name).sum() >= LEAST)
        if len(classes) > 1:
            known = np.isin(came, classes)
            codes = np.searchsorted(classes, came[known])
            outlooks.append(_outlook(target, classes, matrix[known], codes, rows.customer[known], seed))
    return Forecaster(encoding, typical, _named(encoding, typical), tuple(outlooks))


def _outlook(target: str, classes: tuple[str, ...], matrix: Array, codes: Array, customer: Array, seed: int) -> Outlook:
    trees = _grown(matrix, codes, len(classes), seed)
    shares = np.bincount(codes, minlength=len(classes)) / len(codes)
    told = _by_others(matrix, codes, len(classes), customer, seed)
    return Outlook(target, classes, tuple(map(float, shares)), trees, *_calibrated(told, codes))


def _grown(matrix: Array, codes: Array, classes: int, seed: int) -> Trees:
    options = QUESTION if classes == 2 else SEVERAL
    model = HistGradientBoostingClassifier(early_stopping=False, random_state=seed, **options)
    return trees_of(model.fit(_known(matrix), codes))


def _by_others(matrix: Array, codes: Array, classes: int, customer: Array, seed: int) -> Array:
    """Margins (n, 1 or classes) of each customer's rows by trees of the rows of others; no rows where a part of the
    customers lacks a class."""
    part = np.random.default_rng(seed).integers(FOLDS, size=int(customer.max()) + 1)[customer]
    found = np.zeros((len(codes), 1 if classes == 2 else classes))
    for n in range(FOLDS):
        own = part == n
        if len(np.unique(codes[~own])) < classes:
            return found[:0]
        if own.any():
            found[own] = _grown(matrix[~own], codes[~own], classes, seed).margins(matrix[own])
    return found


def _known(matrix: Array) -> Array:
    """A column without any value, which the library does not bin, as one that never differs."""
    return np.where(np.isnan(matrix).all(axis=0), 0.0, matrix)


def _calibrated(margins: Array, truth: Array) -> tuple[float, float]:
    """(scale, shift); (1, 0) where there are no margins to say."""
    if not len(margins):
        return 1.0, 0.0
    if margins.shape[1] > 1:
        return 1 / temperature(margins, truth), 0.0
    platt = LogisticRegression(C=1e3).fit(margins, truth)
    scale, shift = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    return (scale, shift) if scale > 0 else (1.0, 0.0)


def trees_of(model: Any) -> Trees:
    """The nodes of a fitted HistGradientBoostingClassifier, which keeps them in arrays of its own."""
    grown = [tree.nodes for tour in model._predictors for tree in tour]
    starts = np.cumsum([0, *(len(nodes) for nodes in grown[:-1])])
    nodes = np.concatenate(grown)
    shift = np.repeat(starts, [len(nodes) for nodes in grown])
    leaf = nodes["is_leaf"].astype(bool)
    return Trees(
        np.where(leaf, LEAF, nodes["feature_idx"]).astype(np.int32),
        nodes["num_threshold"].astype(np.float64),
        (nodes["left"] + shift).astype(np.int32),
        (nodes["right"] + shift).astype(np.int32),
        nodes["missing_go_to_left"].astype(bool),
        np.where(leaf, nodes["value"], 0.0),
        starts.reshape(len(model._predictors), -1).astype(np.int32),
        np.asarray(model._baseline_prediction, np.float64).ravel(),
    )


def _named(encoding: Encoding, typical: Array) -> dict[str, Value]:
    """The typical customer as features."""
    found: dict[str, Value] = {}
    for (feature, name), value in zip(encoding.columns, typical, strict=True):
        if not name:
            found[feature] = None if np.isnan(value) else float(value)
        elif value == 1:
            found[feature] = name
    return found
