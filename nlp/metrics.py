"""Accuracy and calibration."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def macro_recall(truth: Sequence[str], guess: Sequence[str]) -> float:
    """Mean over the classes in `truth` of the share of their rows guessed right (SemEval-2017 task 4 A's measure)."""
    t, g = np.array(truth), np.array(guess)
    return float(np.mean([(g[t == label] == label).mean() for label in sorted(set(truth))]))


def expected_calibration_error(confidence: npt.NDArray[Any], right: npt.NDArray[np.bool_], *, bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by size (Guo et al. 2017). 0..1."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in set(place.tolist())
    ]
    return float(sum(gaps))
