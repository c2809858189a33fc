"""A forecaster from rows: boosted trees on the earlier ones, calibrated on the later ones."""

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from nlp.journeys.encoding import Encoding, reference
from nlp.journeys.features import Value
from nlp.journeys.forecasts import Forecaster, Outlook, classes_of
from nlp.journeys.groups import Array
from nlp.journeys.targets import HORIZONS
from nlp.journeys.trees import LEAF, Trees
from pipelines.training.forecasts.rows import Rows
from pipelines.training.temperature import temperature

LATEST = 0.25
"""The share of the time to learn from, the latest, that calibrates."""
LEAST = 50
"""The fewest rows of a class: a rarer class is not foretold on its own, and a question with less is not learnt."""
TREES = {"max_leaf_nodes": 6, "min_samples_leaf": 20}
QUESTION = TREES | {"max_iter": 100, "learning_rate": 0.03, "l2_regularization": 5.0}
SEVERAL = TREES | {"max_iter": 60, "learning_rate": 0.05, "l2_regularization": 20.0}
"""Of a question, and of more classes, each of which gets a tree a round. Small leaves tell the few who speak of leaving
apart. Chosen on simulated worlds of the seeds 100 to 104, which score nothing."""


def fit(rows: Rows, *, seed: int = 0) -> Forecaster:
    """A model of each target that enough rows tell of; none where there is nothing to learn.

    Trees learn from rows whose horizon is over before the latest part of the time begins, so that the rows that
    calibrate them lie in their future.
    """
    encoding = Encoding.of(rows.table)
    matrix = encoding.matrix(rows.table)
    typical = reference(matrix, encoding.columns)
    border = split(rows.at, LATEST)
    outlooks = []
    for target, came in rows.targets.items():
        early = rows.at + HORIZONS[target] <= border
        classes = tuple(name for name in classes_of(came.tolist()) if (came[early] == name).sum() >= LEAST)
        if len(classes) > 1:
            known = np.isin(came, classes)
            early, late = early & known, (rows.at >= border) & known
            outlooks.append(_outlook(target, classes, matrix, came, early, late, seed))
    return Forecaster(encoding, typical, _named(encoding, typical), tuple(outlooks))


def split(at: Array, latest: float) -> int:
    """The moment from which on the latest share of the time lies."""
    first, last = (int(at.min()), int(at.max())) if len(at) else (0, 0)
    return last - round((last - first) * latest)


def _outlook(
    target: str, classes: tuple[str, ...], matrix: Array, came: Array, early: Array, late: Array, seed: int
) -> Outlook:
    codes = np.searchsorted(classes, came)
    options = QUESTION if len(classes) == 2 else SEVERAL
    model = HistGradientBoostingClassifier(early_stopping=False, random_state=seed, **options)
    model.fit(_known(matrix[early]), codes[early])
    trees = trees_of(model)
    margins, truth = trees.margins(matrix[late]), codes[late]
    shares = np.bincount(codes[early], minlength=len(classes)) / early.sum()
    return Outlook(target, classes, tuple(map(float, shares)), trees, *_calibrated(margins, truth))


def _known(matrix: Array) -> Array:
    """A column without any value, which the library does not bin, as one that never differs."""
    return np.where(np.isnan(matrix).all(axis=0), 0.0, matrix)


def _calibrated(margins: Array, truth: Array) -> tuple[float, float]:
    """(scale, shift); (1, 0) where the later rows are too few, or all alike, to say."""
    counts = np.bincount(truth, minlength=2)
    if len(truth) == 0 or np.sort(counts)[-2] < LEAST:
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
