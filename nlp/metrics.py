"""Accuracy and calibration, and how sure a figure is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


def interval(
    statistic: Callable[..., float], *columns: npt.NDArray[Any], seed: int, rounds: int = 1000
) -> Interval | None:
    """The statistic of the columns, and the 2.5th and 97.5th percentile over resampled rows (Efron's bootstrap).

    None without rows. A resample on which the statistic is not defined (NaN) does not count.
    """
    if not len(columns[0]):
        return None
    draw, size = np.random.default_rng(seed), len(columns[0])
    again = np.array([statistic(*(c[rows] for c in columns)) for rows in draw.integers(0, size, (rounds, size))])
    value, known = float(statistic(*columns)), again[~np.isnan(again)]
    low, high = np.percentile(known, (2.5, 97.5)) if len(known) else (value, value)
    return Interval(value, float(low), float(high))


def proportion(right: int, of: int) -> Interval | None:
    """A share and its 95 % score interval (Wilson 1927), which holds for few and for all; None of nothing."""
    if not of:
        return None
    share, z2 = right / of, 1.959964**2
    middle, half = (share + z2 / (2 * of)), sqrt(z2 * (share * (1 - share) + z2 / (4 * of)) / of)
    return Interval(share, max(0.0, (middle - half) / (1 + z2 / of)), min(1.0, (middle + half) / (1 + z2 / of)))


def macro_recall(truth: Sequence[Any] | npt.NDArray[Any], guess: Sequence[Any] | npt.NDArray[Any]) -> float:
    """Mean over the classes in `truth` of the share of their rows guessed right (SemEval-2017 task 4 A's measure)."""
    _, codes = np.unique(np.asarray(truth), return_inverse=True)
    return float(np.mean(np.bincount(codes, np.asarray(truth) == np.asarray(guess)) / np.bincount(codes)))


def macro_f1(truth: npt.NDArray[Any], guess: npt.NDArray[Any]) -> float:
    """Mean over the classes in `truth` of 2 right / (rows of the class + rows guessed to be it)."""
    _, codes = np.unique(np.concatenate([truth, guess]), return_inverse=True)
    t, g = np.split(codes, 2)
    there, guessed, right = (np.bincount(rows, minlength=codes.max() + 1) for rows in (t, g, t[t == g]))
    return float(np.mean(2 * right[there > 0] / (there + guessed)[there > 0]))


def f1(truth: npt.NDArray[np.bool_], guess: npt.NDArray[np.bool_]) -> float:
    """2 right / (rows that are so + rows guessed to be so); 0 where there are none."""
    return float(2 * (truth & guess).sum() / max(1, truth.sum() + guess.sum()))


def kappa(one: Sequence[Any], other: Sequence[Any]) -> float | None:
    """Agreement beyond chance, -1..1 (Cohen 1960); None without rows, and where both always say the same one thing."""
    if not len(one):
        return None
    alike = sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
    chance = sum(one.count(name) * other.count(name) for name in set(one)) / len(one) ** 2
    return None if chance == 1 else (alike - chance) / (1 - chance)


def auc(positive: npt.NDArray[np.bool_], score: npt.NDArray[Any]) -> float:
    """Area under the ROC curve, from ranks (Mann-Whitney); NaN where one class is absent."""
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return float("nan")
    from scipy.stats import rankdata  # slow to import, and most that read this file never rank

    return float((rankdata(score)[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def expected_calibration_error(confidence: npt.NDArray[Any], right: npt.NDArray[np.bool_], *, bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by size (Guo et al. 2017). 0..1."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in set(place.tolist())
    ]
    return float(sum(gaps))
