"""How good forecasts are on a later time than they learnt from, beside what they must beat."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.journeys.forecasts import Forecaster
from nlp.journeys.groups import Array
from nlp.journeys.targets import HORIZONS
from nlp.metrics import Interval, auc, expected_calibration_error
from pipelines.training.forecasts.baselines import BASELINES
from pipelines.training.forecasts.fit import fit
from pipelines.training.forecasts.rows import Rows

LATEST = 0.25
"""The share of the time, the latest, that nothing is learnt from."""
ROUNDS = 100
OURS = "forecast"
LEAK = 0.97
"""A single feature that ranks so well (area under the curve) looks like a leak."""


@dataclass(frozen=True, slots=True)
class Score:
    """Of one way to foretell a target, on `rows` later rows of which a share `came` is not the commonest class.

    auc: of a question; of several classes the mean over classes, each against the rest, by how often it comes. brier:
    mean squared error of the probabilities, summed over classes (of a question half of that: Brier 1950). ece: gap
    between confidence and accuracy. Intervals resample customers. auc and ece as in nlp/metrics.py.
    """

    target: str
    way: str
    rows: int
    came: float
    auc: Interval
    brier: Interval
    ece: Interval


def scores(rows: Rows, *, seed: int = 0) -> list[Score]:
    """Learns from the earlier time alone, with a horizon between, and asks of the later one."""
    border = split(rows.at, LATEST)
    known, asked = rows.where(rows.at + max(HORIZONS.values()) <= border), rows.where(rows.at >= border)
    if not len(known.at) or not len(asked.at):
        return []
    return list(_scores(fit(known, seed=seed), known, asked, seed))


def split(at: Array, latest: float) -> int:
    """The moment from which on the latest share of the time lies."""
    first, last = (int(at.min()), int(at.max())) if len(at) else (0, 0)
    return last - round((last - first) * latest)


def _scores(model: Forecaster, known: Rows, asked: Rows, seed: int) -> Iterator[Score]:
    told = model.probabilities(asked.table)
    for outlook in model.outlooks:
        target, classes = outlook.target, outlook.classes
        here = np.isin(asked.targets[target], classes)
        guesses = {way: guess(known, asked, target, classes) for way, guess in BASELINES.items()}
        truth = np.searchsorted(classes, asked.targets[target][here])
        for way, found in {OURS: told[target], **guesses}.items():
            yield _score(target, way, truth, found[here], asked.customer[here], seed)


def _score(target: str, way: str, truth: Array, found: Array, customer: Array, seed: int) -> Score:
    figures: list[Callable[[Array], float]] = [
        lambda rows: ranking(truth[rows], found[rows]),
        lambda rows: brier(truth[rows], found[rows]),
        lambda rows: calibration(truth[rows], found[rows]),
    ]
    spread = _intervals(figures, customer, seed)
    commonest = np.bincount(truth).max() / len(truth)
    return Score(target, way, len(truth), float(1 - commonest), *spread)


def ranking(truth: Array, found: Array) -> float:
    """truth int (n,), probabilities (n, k)."""
    if found.shape[1] == 2:
        return auc(truth == 1, found[:, 1])
    areas = np.array([auc(truth == n, found[:, n]) for n in range(found.shape[1])])
    shares, known = np.bincount(truth, minlength=len(areas)), ~np.isnan(areas)
    return float(np.average(areas[known], weights=shares[known])) if known.any() else float("nan")


def brier(truth: Array, found: Array) -> float:
    squares = ((found - np.eye(found.shape[1])[truth]) ** 2).sum(axis=1).mean()
    return float(squares / 2 if found.shape[1] == 2 else squares)


def calibration(truth: Array, found: Array) -> float:
    """Of a question the gap of P(yes); of several classes that of the likeliest one."""
    if found.shape[1] == 2:
        return expected_calibration_error(found[:, 1], truth == 1, bins=10)
    return expected_calibration_error(found.max(axis=1), found.argmax(axis=1) == truth, bins=10)


def _intervals(figures: Sequence[Callable[[Array], float]], customer: Array, seed: int) -> list[Interval]:
    """Each figure with its percentiles over resampled customers."""
    order = np.argsort(customer, kind="stable")
    own = np.split(order, np.flatnonzero(np.diff(customer[order])) + 1)
    rng, whole = np.random.default_rng(seed), np.arange(len(customer))
    drawn = [np.concatenate([own[n] for n in rng.integers(0, len(own), len(own))]) for _ in range(ROUNDS)]
    found = []
    for figure in figures:
        low, high = np.nanpercentile([figure(rows) for rows in drawn], (2.5, 97.5))
        found.append(Interval(figure(whole), float(low), float(high)))
    return found


def suspicious(rows: Rows) -> list[tuple[str, str, float]]:
    """(feature, target, area under the curve) of single features that know too well what is to come."""
    found = []
    for target in HORIZONS:
        came = rows.targets[target] == "yes"
        for feature, column in rows.table.items():
            if came.any() and column.dtype != object:
                area = auc(came, np.nan_to_num(column.astype(float), nan=-1e9))
                if max(area, 1 - area) >= LEAK:
                    found.append((feature, target, max(area, 1 - area)))
    return found
