"""Uplift: what those who were treated do beside those held out, with interval, power, and whether it is fair."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from nlp.journeys.groups import Array
from nlp.journeys.intervals import Z, wilson

POWER = 0.8
FEWEST = 5
"""Customers of either arm, at least, of whom anything is told."""
UNFAIR = 0.001
"""Under this chance the arms' sizes are not those planned: something is wrong with who came in (Fabijan et al. 2019).
"""


@dataclass(frozen=True, slots=True)
class Uplift:
    """A figure in both arms, and what being treated adds to it, with its 95 % interval.

    detectable: the smallest difference that so many customers show in 80 % of experiments. cut: by how much the past of
    the customers (CUPED) has narrowed the variance, 0..1; None where it was not used. of a share, `treated`, `held` and
    `difference` are 0..1.
    """

    figure: str
    treated: float
    held: float
    difference: float
    low: float
    high: float
    p: float
    detectable: float
    cut: float | None = None

    @property
    def told(self) -> bool:
        """Whether there is an effect, beyond chance."""
        return self.low > 0 or self.high < 0


def share_uplift(figure: str, came: Array, treated: Array) -> Uplift | None:
    """Of an outcome, bool (n,), with Newcombe's interval (1998, Stat. Med. 17:873, method 10); None of too few."""
    a, n = int(came[treated].sum()), int(treated.sum())
    b, m = int(came[~treated].sum()), int((~treated).sum())
    own, other = wilson(a, n), wilson(b, m)
    if own is None or other is None or min(n, m) < FEWEST:
        return None
    difference = own.value - other.value
    low = difference - sqrt((own.value - own.low) ** 2 + (other.high - other.value) ** 2)
    high = difference + sqrt((own.high - own.value) ** 2 + (other.value - other.low) ** 2)
    pool = (a + b) / (n + m)
    error = sqrt(pool * (1 - pool) * (1 / n + 1 / m))
    p = 2 * NormalDist().cdf(-abs(difference) / error) if error else 1.0
    return Uplift(figure, own.value, other.value, difference, low, high, p, _detectable(error))


def mean_uplift(figure: str, values: Array, treated: Array, before: Array | None = None) -> Uplift | None:
    """Of a figure, float (n,), with Welch's interval; None of too few.

    `before`: the same of the time before. What it foretells is taken off (CUPED: Deng et al. 2013, WSDM): it narrows
    the interval and moves nothing, as it was there before anybody was treated.
    """
    values = np.asarray(values, float)
    if min(treated.sum(), (~treated).sum()) < FEWEST:
        return None
    adjusted, cut = _adjusted(values, before)
    from scipy.stats import t as student  # slow to import, and a server waits for it at its start

    own, other = adjusted[treated], adjusted[~treated]
    parts = own.var(ddof=1) / len(own), other.var(ddof=1) / len(other)
    error = sqrt(sum(parts))
    difference = float(own.mean() - other.mean())
    if not error:
        return Uplift(figure, float(own.mean()), float(other.mean()), difference, difference, difference, 1.0, 0.0, cut)
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(own) - 1) + parts[1] ** 2 / (len(other) - 1))
    width = float(student.ppf(0.975, freedom)) * error
    p = float(2 * student.sf(abs(difference) / error, freedom))
    means = float(own.mean()), float(other.mean())
    return Uplift(figure, *means, difference, difference - width, difference + width, p, _detectable(error), cut)


def _adjusted(values: Array, before: Array | None) -> tuple[Array, float | None]:
    if before is None or not np.var(before):
        return values, None
    past = np.asarray(before, float)
    theta = np.cov(values, past)[0, 1] / past.var(ddof=1)
    adjusted: Array = values - theta * (past - past.mean())
    whole = values.var()
    return adjusted, float(1 - adjusted.var() / whole) if whole else 0.0


def _detectable(error: float) -> float:
    return (Z + NormalDist().inv_cdf(POWER)) * error


def unfair(treated: int, held: int, holdout: float) -> tuple[bool, float]:
    """(whether the arms' sizes are not those planned, the chance of sizes so far apart): a sample-ratio mismatch."""
    from scipy.stats import binomtest  # slow to import, and a server waits for it at its start

    p = float(binomtest(held, treated + held, holdout).pvalue) if treated + held else 1.0
    return p < UNFAIR, p


def needed(share: float, difference: float, holdout: float) -> int:
    """How many customers in both arms show a difference from a share, 0..1, in 80 % of experiments at the 5 % level."""
    other = min(max(share + difference, 0.0), 1.0)
    z = Z + NormalDist().inv_cdf(POWER)
    spread = other * (1 - other) / (1 - holdout) + share * (1 - share) / holdout
    return int(np.ceil(z**2 * spread / difference**2))
