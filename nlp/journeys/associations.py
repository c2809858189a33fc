"""Associations: how much likelier an outcome is after a theme at a stage than after other contacts there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import exp, log, sqrt

import numpy as np
from scipy.special import ndtr

from nlp.journeys.groups import Array
from nlp.journeys.intervals import Z
from nlp.journeys.outcomes import Episodes

CAVEAT = "Association, not cause: who meets a theme may differ in ways that stage and volume do not tell."
CASES, CUSTOMERS = 5, 10
"""The fewest outcomes on either side, and customers with the theme: smaller cells are neither sure nor anonymous."""
FALSE = 0.05
"""The share of false ones expected among those that stand out (Benjamini & Hochberg 1995)."""


@dataclass(frozen=True, slots=True)
class Association:
    """An outcome after contacts that raise a theme at a stage, beside all other contacts at that stage.

    risk, others: the shares with the outcome, 0..1. ratio: the risk ratio of Mantel and Haenszel over bins of volume
    (how much the customer wrote in the 90 days before), with its 95 % interval `low`..`high`. p: two-sided, of no
    association. stands_out: likelier, beyond what chance makes of so many comparisons.
    """

    theme: str
    stage: str
    outcome: str
    contacts: int
    customers: int
    risk: float
    others: float
    ratio: float
    low: float
    high: float
    p: float
    stands_out: bool = False


def associations(episodes: Episodes) -> tuple[list[Association], int]:
    """(what stands out first, then the surest; how many cells were too small to tell).

    The estimate is that of Greenland & Robins 1985, Biometrics 41:55; its variance is linearised and summed by customer
    (Binder 1983, Int. Stat. Rev. 51:279), since a customer's contacts are not independent of one another.
    """
    told = list(_cells(episodes))
    found = [cell for cell in told if cell is not None]
    if not found:
        return [], len(told)
    from scipy.stats import false_discovery_control  # slow to import, and a server waits for it at its start

    sure = false_discovery_control([cell.p for cell in found]) <= FALSE
    marked = [replace(cell, stands_out=bool(q and cell.ratio > 1)) for cell, q in zip(found, sure, strict=True)]
    return sorted(marked, key=lambda c: (not c.stands_out, c.p, -c.ratio)), len(told) - len(found)


def _cells(episodes: Episodes) -> Iterator[Association | None]:
    rows, themes = episodes.raised
    size = len(episodes.customer)
    for theme in sorted(set(themes)):
        raises = np.zeros(size, bool)
        raises[rows[themes == theme]] = True
        for stage in np.unique(episodes.stage[raises]):
            here = episodes.stage == stage
            for outcome, came in episodes.outcomes.items():
                known = here & (came >= 0)
                if known.any():
                    data = (raises[known], came[known] == 1, episodes.volume[known], episodes.customer[known])
                    yield _cell((theme, str(stage), outcome), *data)


def _cell(
    names: tuple[str, str, str], raises: Array, came: Array, volume: Array, customer: Array
) -> Association | None:
    """`raises`, `came`: bool (n,); None for a cell too small."""
    customers = len(np.unique(customer[raises]))
    if min((raises & came).sum(), (~raises & came).sum()) < CASES or customers < CUSTOMERS:
        return None
    ratio, error = risk_ratio(raises, came, volume, customer)
    z = abs(log(ratio)) / error
    figures = float(came[raises].mean()), float(came[~raises].mean()), ratio
    interval = ratio * exp(-Z * error), ratio * exp(Z * error)
    return Association(*names, int(raises.sum()), customers, *figures, *interval, float(2 * ndtr(-z)))


def risk_ratio(exposed: Array, came: Array, stratum: Array, customer: Array) -> tuple[float, float]:
    """(Mantel-Haenszel risk ratio, standard error of its logarithm); bool, bool, int, int arrays (n,).

    The error is that of the sum over customers of each row's linear part in log R - log S, where R and S are the sums
    over strata of a * n0 / n and b * n1 / n; a, b: cases among the n1 exposed and the n0 others.
    """
    x, y = exposed.astype(float), came.astype(float)
    k = np.unique(stratum, return_inverse=True)[1]
    a, b, n1 = (np.bincount(k, weights) for weights in (x * y, (1 - x) * y, x))
    n = np.bincount(k).astype(float)
    n0 = n - n1
    r, s = (a * n0 / n).sum(), (b * n1 / n).sum()
    above = (x * y * n0[k] + (1 - x) * a[k]) / n[k] - (a * n0 / n**2)[k]
    below = ((1 - x) * y * n1[k] + x * b[k]) / n[k] - (b * n1 / n**2)[k]
    own = np.bincount(np.unique(customer, return_inverse=True)[1], above / r - below / s)
    return float(r / s), sqrt(float((own**2).sum()) * len(own) / max(1, len(own) - 1))
