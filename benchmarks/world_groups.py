"""Archetypes and cohorts in worlds whose truth is known: kinds of customers, and a plan that makes them leave."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import log
from random import Random

import numpy as np
from sklearn.metrics import adjusted_rand_score

from benchmarks.world_tally import Tally
from nlp.journeys.archetypes import Archetype, archetypes
from nlp.journeys.cohorts import Share, afterwards, before, cohorts
from nlp.journeys.facts import Facts, Said
from nlp.journeys.ledger import DAY
from nlp.journeys.portraits import portraits
from nlp.taxonomy import Taxonomy
from pipelines.simulate.lives import kind_of, live
from pipelines.simulate.world import DAYS, World

WROTE, MATCH = 3, 0.6
"""Contacts from which on a customer shows a kind; F1 of an archetype and a kind from which on it is found."""
AFTER = 90
"""Days in which cohorts are compared."""
CITIES = 8
"""Of an attribute that changes nothing."""


def kinds(tally: Tally, world: World, some: Sequence[Facts]) -> tuple[int, float, int]:
    """(archetypes, their adjusted Rand index with the kinds, archetypes of the same contacts dealt anew)."""
    wrote = [n for n, own in enumerate(some) if own.said]
    found, _ = archetypes(portraits([some[n] for n in wrote]))
    shown = np.array([len(some[n].said) >= WROTE for n in wrote])
    truth = np.array([kind_of(world, n) for n in wrote])[shown]
    told = _labels(found, len(wrote))[shown]
    for place, kind in enumerate(world.kinds):
        best = max(_f1(truth == place, told == n) for n in range(len(found)))
        tally.plant("kind of customers", best >= MATCH, 0, f"kind that writes by {kind.channel} (F1 {best:.2f})")
    dealt, _ = archetypes(portraits(_dealt([some[n] for n in wrote], Random(world.seed))))
    return len(found), float(adjusted_rand_score(truth, told)), len(dealt)


def _labels(found: Sequence[Archetype], size: int) -> np.ndarray:
    labels = np.zeros(size, int)
    for n, one in enumerate(found):
        labels[one.members] = n
    return labels


def _f1(one: np.ndarray, two: np.ndarray) -> float:
    return float(2 * (one & two).sum() / max(1, one.sum() + two.sum()))


def _dealt(journeys: Sequence[Facts], rng: Random) -> list[Facts]:
    """Every contact in the place of another at its stage, whosever it is: nobody has a way of writing."""
    by_stage: dict[str, list[Said]] = defaultdict(list)
    for own in journeys:
        for said in own.said:
            by_stage[said.stage].append(said)
    left = {stage: iter(rng.sample(said, len(said))) for stage, said in by_stage.items()}
    return [
        replace(own, said=tuple(next(left[said.stage])._replace(at=said.at) for said in own.said)) for own in journeys
    ]


def groups(
    tally: Tally, world: World, everybody: Sequence[Facts], some: int, taxonomy: Taxonomy, *, wider: float
) -> tuple[int, int]:
    """(shares that are told to differ though nothing was planted, of how many). The first `some` customers are
    compared, the others tell the truth."""
    at, until = (DAYS - AFTER) * DAY, DAYS * DAY
    there = [n for n, own in enumerate(everybody) if _stands(own, at, taxonomy)]
    came = afterwards([everybody[n] for n in there], taxonomy, at=at, until=until)
    own = np.array([n < some for n in there])
    false = told = 0
    for by, names in _groupings(world, there):
        truth = np.array(names, object)
        past = [before(everybody[n], at) for n in there if n < some]
        found = cohorts(truth[own].tolist(), past, {outcome: all_[own] for outcome, all_ in came.items()})
        for cohort in found:
            for outcome, share in cohort.outcomes.items():
                if share is None:
                    continue
                mine = truth[~own] == cohort.name
                _held(tally, share, came[outcome][~own], mine, wider)
                planted = by == "plan" and outcome == "leaves"
                if planted and world.plans[cohort.name] > 1:
                    name = f"plan that leaves (x {world.plans[cohort.name]:.1f})"
                    tally.plant("plan that leaves", share.differs and share.value > share.others, 0, name)
                elif by == "city":
                    told, false = told + 1, false + share.differs
    return false, told


def _stands(own: Facts, at: int, taxonomy: Taxonomy) -> bool:
    known = any(s.at < at for s in own.said) or any(d.at < at for d in own.done)
    return known and not any(d.name in taxonomy.leaves and d.at < at for d in own.done)


def _groupings(world: World, there: Sequence[int]) -> Iterator[tuple[str, list[str]]]:
    yield "plan", [live(world, n).plan for n in there]
    yield "city", [f"city {Random(f'city {world.seed}/{n}').randrange(CITIES)}" for n in there]


def _held(tally: Tally, share: Share, came: np.ndarray, mine: np.ndarray, wider: float) -> None:
    """Shares and ratios beside those of others, counted."""
    one, rest = (float(came[mask].mean()) if mask.any() else 0.0 for mask in (mine, ~mine))
    tally.interval("cohort: share", (share.value, share.low, share.high), one if mine.any() else None, wider)
    if share.ratio and share.ratio_low and share.ratio_high and one and rest:
        spread = (log(share.ratio), log(share.ratio_low), log(share.ratio_high))
        tally.interval("cohort: ratio", spread, log(one / rest), wider)
