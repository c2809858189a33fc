"""A promised precision: from which confidence on guesses keep it on new texts, and what it costs in coverage."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

STEPS = 20
"""Places looked at: every further twentieth of the held-out texts, the surest first."""
LEVEL = 0.95
"""How sure the promise is: that it is broken happens to one set of held-out texts in twenty at most."""
NOTHING = 1.01
"""A threshold over every probability, where no confidence keeps the promise."""


@dataclass(frozen=True, slots=True)
class Place:
    """Of the held-out guesses, the share `coverage` has a confidence of at least `threshold` and the share `precision`
    of those is right; `low` is what their precision on new texts of the same kind does not fall under."""

    coverage: float
    threshold: float
    precision: float
    low: float


def curve(confidence: npt.NDArray[Any], right: npt.NDArray[np.bool_]) -> list[Place]:
    """Places of growing coverage, from held-out guesses: confidence float (n,), right bool (n,).

    `low` is Clopper and Pearson's exact bound (1934). It holds at all places at once, at LEVEL, for each takes but its
    part of the error (Bonferroni): the place may therefore be chosen after looking.
    """
    if not len(confidence):
        return []
    order = np.argsort(-confidence, kind="stable")
    sure, hits = confidence[order], np.cumsum(right[order])
    places: list[Place] = []
    for step in range(1, STEPS + 1):
        threshold = _under(sure[max(1, round(len(sure) * step / STEPS)) - 1])
        kept = int(np.searchsorted(-sure, -threshold, side="right"))
        good = int(hits[kept - 1])
        low = float(beta.ppf((1 - LEVEL) / STEPS, good, kept - good + 1)) if good else 0.0
        places.append(Place(kept / len(sure), threshold, good / kept, low))
    return places


def _under(value: float) -> float:
    """`value` as the float32 that a head keeps, rounded down, so that it is itself kept."""
    nearest = np.float32(value)
    return float(nearest if nearest <= value else np.nextafter(nearest, np.float32(-1)))


def threshold(places: list[Place], *, precision: float) -> float:
    """The threshold of most coverage whose `low` is at least `precision`; NOTHING where there is none.

    A higher promise never has a lower threshold. Raises ValueError for a promise outside 0..1.
    """
    if not 0 <= precision <= 1:
        raise ValueError(f"precision {precision!r}: a share between 0 and 1 is expected")
    return next((place.threshold for place in reversed(places) if place.low >= precision), NOTHING)
