"""Micro-moments: sequences of steps, and how much likelier an outcome is after one than by another way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log

import numpy as np
from scipy.special import ndtr

from nlp.journeys.associations import CASES, FALSE, risk_ratio
from nlp.journeys.groups import Array
from nlp.journeys.intervals import Z, clustered
from nlp.journeys.outcomes import Episodes
from nlp.journeys.sequences import Found, Histories
from nlp.journeys.steps import Step
from nlp.metrics import Interval

CAVEAT = "Association, not cause: who comes to a step by this way may differ in ways that stage and volume do not tell."
MANY = 3
"""From so many contacts before on, all are compared together."""
EXAMPLES, ALIKE = 3, 0.8
"""Customers shown of each; and from this overlap on (Jaccard, of the contacts that end them) two sequences are one."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A sequence, oldest step first.

    contacts: that end it, of so many customers. risk: share of them with the outcome, where known, with its interval.
    others: the same share of contacts that are the last step after as many contacts, but other ones. lift: risk over
    the share of all contacts. ratio: of risk and others (Mantel-Haenszel over the number of contacts before), with its
    95 % interval; odds: the same of odds, not adjusted. p: of no difference, two-sided. What is None cannot be told:
    too few have the outcome. stands_out: likelier beyond what chance makes of so many sequences. examples: customers,
    the latest first.
    """

    steps: tuple[Step, ...]
    contacts: int
    customers: int
    examples: tuple[int, ...]
    risk: Interval | None = None
    others: float | None = None
    lift: float | None = None
    odds: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    stands_out: bool = False


def micro_moments(found: Sequence[Found], histories: Histories, episodes: Episodes, outcome: str) -> list[Moment]:
    """What stands out first, then the surest, then the most frequent; rows of both are the same contacts."""
    came = episodes.outcomes[outcome]
    told = [(_moment(one, histories, episodes, came), one.rows) for one in found]
    tested = [n for n, (moment, _) in enumerate(told) if moment.p is not None]
    if tested:
        from scipy.stats import false_discovery_control  # slow to import, and a server waits for it at its start

        sure = false_discovery_control([told[n][0].p for n in tested]) <= FALSE
        for n, q in zip(tested, sure, strict=True):
            moment, rows = told[n]
            told[n] = replace(moment, stands_out=bool(q and (moment.ratio or 0) > 1)), rows
    return _folded(sorted(told, key=lambda pair: _rank(pair[0])))


def _rank(moment: Moment) -> tuple[bool, float, int, tuple[Step, ...]]:
    return not moment.stands_out, 2.0 if moment.p is None else moment.p, -moment.contacts, moment.steps


def _moment(one: Found, histories: Histories, episodes: Episodes, came: Array) -> Moment:
    customer = histories.customer
    last = customer[one.rows][::-1].tolist()
    head = Moment(one.steps, len(one.rows), len(set(last)), tuple(dict.fromkeys(last))[:EXAMPLES])
    busy = histories.many[one.last] >= len(one.steps) - 1
    known = one.last[busy & (came[one.last] >= 0)]
    ends = np.isin(known, one.rows, assume_unique=True)
    after, without = came[known][ends] == 1, came[known][~ends] == 1
    if not len(after) or not len(without):
        return head
    risk = clustered(after.astype(float), customer[known[ends]], least=0.0, most=1.0)
    usual = float((came[came >= 0] == 1).mean())
    head = replace(head, risk=risk, others=float(without.mean()), lift=float(after.mean()) / usual if usual else None)
    return _compared(head, ends, came[known] == 1, np.minimum(histories.many[known], MANY), customer[known])


def _compared(head: Moment, ends: Array, came: Array, volume: Array, customer: Array) -> Moment:
    """Within bins of volume that have both; as it was where too few have the outcome on either side."""
    both = np.isin(volume, np.intersect1d(volume[ends], volume[~ends]))
    ends, came, volume, customer = ends[both], came[both], volume[both], customer[both]
    a, b = int((ends & came).sum()), int((~ends & came).sum())
    c, d = int((ends & ~came).sum()), int((~ends & ~came).sum())
    if min(a, b) < CASES:
        return head
    ratio, error = risk_ratio(ends, came, volume, customer)
    low, high = ratio * exp(-Z * error), ratio * exp(Z * error)
    odds = (a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5))
    p = float(2 * ndtr(-abs(log(ratio)) / error)) if error else 1.0
    return replace(head, ratio=ratio, low=low, high=high, odds=odds, p=p)


def _folded(ranked: Sequence[tuple[Moment, Array]]) -> list[Moment]:
    """Without those that nearly the same contacts end as one ranked before."""
    kept: list[tuple[Moment, Array]] = []
    for moment, rows in ranked:
        if not any(_alike(rows, other) for _, other in kept):
            kept.append((moment, rows))
    return [moment for moment, _ in kept]


def _alike(a: Array, b: Array) -> bool:
    if min(len(a), len(b)) < ALIKE * max(len(a), len(b)):
        return False
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared >= ALIKE * (len(a) + len(b) - shared)
