"""Cohorts: groups of customers as of a moment, their friction until then, and what became of them after it.

No group of fewer than LEAST customers is told, and none can be reckoned from what is told of the others: small groups
are told together, with the next larger ones where they are still too few; a share that few customers stand behind is
left out, and where it would be the only one left out, so is the one that the next fewest stand behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp, log, sqrt

import numpy as np
from scipy.special import ndtr

from nlp.journeys.facts import Facts
from nlp.journeys.groups import Array
from nlp.journeys.intervals import Z, clustered, wilson
from nlp.metrics import Interval
from nlp.taxonomy import Taxonomy

LEAST = 5
"""Customers, at least, of a group that is told, and behind every share."""
OTHERS = "others"
FALSE = 0.05
"""The share of false ones expected among the differences that are told (Benjamini & Hochberg 1995)."""
RANGES = {"friction": (0.0, 100.0), "sentiment": (-1.0, 1.0), "effort": (0.0, 1.0)}
CAVEAT = "Groups differ in more than their name: a difference is no effect of belonging to one."


@dataclass(frozen=True, slots=True)
class Share:
    """Of a group's customers those with an outcome, 0..1, with its 95 % interval (Wilson 1927); the share of all other
    customers, and of the two their ratio (None where nobody of either has it) with its interval (Katz et al. 1978,
    Biometrics 34:469). p: of no difference, two-sided; differs: beyond what chance makes of so many comparisons."""

    value: float
    low: float
    high: float
    others: float
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    p: float
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Cohort:
    """friction 0..100, sentiment -1..+1, effort 0..1: means of the conversations before the moment, 95 % intervals that
    take those of a customer together. outcomes: by name, None where too few customers stand behind it."""

    name: str
    customers: int
    conversations: int
    friction: Interval | None
    sentiment: Interval | None
    effort: Interval | None
    outcomes: Mapping[str, Share | None] = field(default_factory=dict)


def before(own: Facts, at: int) -> Facts:
    """What a customer said and did before a moment, microseconds."""
    return Facts(tuple(s for s in own.said if s.at < at), tuple(d for d in own.done if d.at < at), min(own.since, at))


def afterwards(journeys: Sequence[Facts], taxonomy: Taxonomy, *, at: int, until: int) -> dict[str, Array]:
    """Whether each customer leaves, writes, buys from `at` on and before `until`: bool (n,) by outcome; those that no
    event of any customer ever tells are left out."""
    known = {done.name for own in journeys for done in own.done}
    found = {"writes": [any(at <= s.at < until for s in own.said) for own in journeys]}
    for outcome, names in (("leaves", taxonomy.leaves), ("buys", taxonomy.buys)):
        if names & known:
            found[outcome] = [any(d.name in names and at <= d.at < until for d in own.done) for own in journeys]
    return {outcome: np.array(came, bool) for outcome, came in found.items()}


def cohorts(names: Sequence[str], journeys: Sequence[Facts], outcomes: Mapping[str, Array]) -> list[Cohort]:
    """Largest first, OTHERS last. names: each customer's group; journeys: of each until the moment."""
    if len(names) < LEAST:
        return []
    groups = np.array(pooled(names), object)
    owner = np.repeat(np.arange(len(journeys)), [len(own.said) for own in journeys])
    said = [s for own in journeys for s in own.said]
    values = {name: np.array([getattr(s, name) for s in said], float) for name in RANGES}
    found = []
    for name in dict.fromkeys(groups.tolist()):
        mine = groups == name
        own = mine[owner] if len(owner) else np.zeros(0, bool)
        means = {
            kind: clustered(values[kind][own], owner[own], least=least, most=most)
            for kind, (least, most) in RANGES.items()
            if len(np.unique(owner[own])) >= LEAST
        }
        shares = {outcome: _share(mine, came) for outcome, came in outcomes.items()}
        friction, sentiment, effort = map(means.get, RANGES)
        found.append(Cohort(str(name), int(mine.sum()), int(own.sum()), friction, sentiment, effort, shares))
    return _judged(
        _hidden(sorted(found, key=lambda one: (one.name == OTHERS, -one.customers, one.name)), groups, outcomes)
    )


def pooled(names: Sequence[str]) -> list[str]:
    """Groups of fewer than LEAST as OTHERS; and the next larger ones, until OTHERS has so many."""
    sizes: dict[str, int] = {}
    for name in names:
        sizes[name] = sizes.get(name, 0) + 1
    together: set[str] = set()
    for name, size in sorted(sizes.items(), key=lambda pair: (pair[1], pair[0])):
        if size < LEAST or 0 < sum(sizes[one] for one in together) < LEAST:
            together.add(name)
    return [OTHERS if name in together else name for name in names]


def _share(mine: Array, came: Array) -> Share | None:
    a, n, b, m = int(came[mine].sum()), int(mine.sum()), int(came[~mine].sum()), int((~mine).sum())
    own = wilson(a, n)
    if own is None:
        return None
    if not m:
        return Share(own.value, own.low, own.high, own.value, None, None, None, 1.0)
    pool = (a + b) / (n + m)
    error = sqrt(pool * (1 - pool) * (1 / n + 1 / m))
    p = float(2 * ndtr(-abs(a / n - b / m) / error)) if error else 1.0
    if not (a and b):
        return Share(own.value, own.low, own.high, b / m, None, None, None, p)
    ratio, width = (a / n) / (b / m), Z * sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    ends = exp(log(ratio) - width), exp(log(ratio) + width)
    return Share(own.value, own.low, own.high, b / m, ratio, *ends, p)


def _hidden(found: Sequence[Cohort], groups: Array, outcomes: Mapping[str, Array]) -> list[Cohort]:
    """Without shares behind which 1 to LEAST - 1 customers stand, on either side, nor the one that would tell them."""
    kept = list(found)
    for outcome, came in outcomes.items():
        counts = [int(came[groups == one.name].sum()) for one in found]
        few = [0 < c < LEAST or 0 < one.customers - c < LEAST for c, one in zip(counts, found, strict=True)]
        if sum(few) == 1 and len(found) > 1:
            few[min((n for n in range(len(found)) if not few[n]), key=lambda n: (counts[n], found[n].name))] = True
        for n, hidden in enumerate(few):
            if hidden:
                kept[n] = replace(kept[n], outcomes={**kept[n].outcomes, outcome: None})
    return kept


def _judged(found: Sequence[Cohort]) -> list[Cohort]:
    told = [(n, outcome, share) for n, one in enumerate(found) for outcome, share in one.outcomes.items() if share]
    if not told:
        return list(found)
    from scipy.stats import false_discovery_control  # slow to import, and a server waits for it at its start

    kept = list(found)
    for (n, outcome, share), q in zip(told, false_discovery_control([share.p for _, _, share in told]), strict=True):
        marked = replace(share, differs=bool(q <= FALSE))
        kept[n] = replace(kept[n], outcomes={**kept[n].outcomes, outcome: marked})
    return kept
