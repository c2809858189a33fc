"""Intervals of shares and means over customers: how far a figure may be from the truth by chance."""

from math import sqrt
from statistics import NormalDist

import numpy as np

from nlp.journeys.groups import Array
from nlp.metrics import Interval

Z = NormalDist().inv_cdf(0.975)


def wilson(hits: int, of: int) -> Interval | None:
    """A share with its 95 % interval (Wilson 1927, JASA 22:209); None of none."""
    if not of:
        return None
    return _wilson(hits / of, of)


def _wilson(share: float, trials: float) -> Interval:
    z = Z * Z / trials
    middle, width = share + z / 2, Z * sqrt(share * (1 - share) / trials + z / (4 * trials))
    low, high = (middle - width) / (1 + z), (middle + width) / (1 + z)
    return Interval(share, min(share, max(0.0, low)), max(share, min(1.0, high)))  # of all, the last bit is lost


def clustered_share(hits: Array, of: Array, owners: Array) -> Interval | None:
    """A share, sum of `hits` by sum of `of`, both (n,), with its 95 % interval, rows of one owner taken together.

    Wilson's interval of as many independent trials as weigh the same: the number by the design effect, which is that of
    the ratio over owners, linearised (Korn & Graubard 1998, Surv. Methodol. 24:193). None of none.
    """
    whole = float(of.sum())
    if not whole:
        return None
    codes = np.unique(owners, return_inverse=True)[1]
    share, size = float(hits.sum()) / whole, int(codes.max()) + 1
    apart = np.bincount(codes, hits - share * of)
    variance = float(apart @ apart) * size / (size - 1) / whole**2 if size > 1 else 0.0
    trials = min(whole, share * (1 - share) / variance) if variance else whole
    return _wilson(share, trials)


def clustered(values: Array, owners: Array, *, least: float, most: float) -> Interval | None:
    """A mean of values `least`..`most` with its 95 % interval, those of one owner taken together: they are dependent.

    The variance of a ratio of sums over owners, linearised (Cochran 1977, Sampling Techniques, 6.3); of one owner alone
    it cannot be told, and the interval is the value. None of none.
    """
    if not len(values):
        return None
    _, codes = np.unique(owners, return_inverse=True)
    mean, size = float(values.mean()), codes.max() + 1
    apart = np.bincount(codes, values - mean)
    error = sqrt(float(apart @ apart) * size / (size - 1)) / len(values) if size > 1 else 0.0
    return Interval(mean, max(least, mean - Z * error), min(most, mean + Z * error))
