"""Rates: counts over volumes compared, where counts may scatter more than chance alone has them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betainc, betaincinv

Array = np.ndarray[Any, np.dtype[Any]]
COMMON = 40
"""Periods that the mean dispersion of all series counts for."""
MORE = 0.5
"""What Jeffreys' prior adds to a count."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as frequent something is as it was, with its 95 % interval."""

    value: float
    low: float
    high: float


def dispersions(counts: Array, volume: Array) -> Array:
    """(k,): how much more each of k series scatters than binomial counts of one share, at least 1.

    From the differences of neighbours, so that a slow trend or a jump tells little (von Neumann 1941; as of quasi-
    likelihood, McCullagh & Nelder 1989). A short series knows little of its own, and takes the mean of all for COMMON
    more periods (moderated as in Smyth 2004). `counts`: (k, t), at most the `volume`, (t,).
    """
    known = volume > 0
    c, n = counts[:, known].astype(float), volume[known].astype(float)
    if len(n) < 3 or not len(c):
        return np.ones(len(c))
    share = c.sum(axis=1, keepdims=True) / n.sum()
    told = ((share > 0) & (share < 1)).ravel()
    spread = np.maximum(share * (1 - share), 1e-12) * (1 / n[1:] + 1 / n[:-1])
    own = np.where(told, (np.diff(c / n, axis=1) ** 2 / spread).mean(axis=1), 1.0)
    common = max(1.0, float(own[told].mean())) if told.any() else 1.0
    return np.maximum(1.0, (len(n) * own + COMMON * common) / (len(n) + COMMON))


def tails(before: Array, after: Array, part: float, scatter: Array) -> tuple[Array, Array]:
    """P(as many or more after), P(as few or fewer), each (k,), where the rate stays as it was.

    The count to come is negative binomial: of a rate that the count before leaves uncertain (Gamma with Jeffreys'
    prior), and with `scatter` times the variance of a Poisson count, as Noufaily et al. 2013 tell outbreaks. `part`:
    the share 0..1 of the volume that is after.
    """
    mean = (before + MORE) * part / (1 - part)
    variance = scatter * mean + mean**2 / (before / scatter + MORE)
    size = mean**2 / (variance - mean)
    more = np.where(after > 0, betainc(np.maximum(after, 1), size, mean / (size + mean)), 1.0)
    return more, betainc(size, after + 1, size / (size + mean))


def ratio(before: int, after: int, part: float, scatter: float = 1.0) -> Ratio:
    """The rate after by the rate before, of no count half a one; the interval is Jeffreys' (Brown, Cai & DasGupta
    2001), `part` as above."""
    a, b = after / scatter + MORE, before / scatter + MORE
    low, high = (odds(float(betaincinv(a, b, p)), part) for p in (0.025, 0.975))
    return Ratio(max(after, MORE) / max(before, MORE) * (1 - part) / part, low, high)


def odds(share: float, part: float) -> float:
    return share / max(1 - share, 1e-12) * (1 - part) / part
