"""Flow: what happens at each stage of many customers' journeys in a period, and where they go from there."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import median

import numpy as np

from nlp.journeys.facts import Said
from nlp.journeys.intervals import clustered, clustered_share
from nlp.journeys.ledger import DAY
from nlp.journeys.sessions import Session
from nlp.metrics import Interval
from nlp.taxonomy import NONE

TOP, STEPS, FEW = 3, 5, 10
"""Intents and themes told of a stage; visits of a journey that a flow shows, one after the other; customers at a stage
under which figures of two periods are not compared."""
RANGES = {"friction": (0.0, 100.0), "sentiment": (-1.0, 1.0), "effort": (0.0, 1.0)}
START, SILENT, OPEN = "start", "silent", "open"
"""Where journeys come from, and where those go that are silent for longer than the gap, or too short to tell."""


@dataclass(frozen=True, slots=True)
class StageFlow:
    """A stage in a period, by the visits that began in it.

    conversations, customers, visits: counts. friction 0..100, sentiment -1..+1, effort 0..1: means of conversations.
    entries, exits: visits by which a journey begins, after which it ends. loops: visits to a stage that the journey has
    been at before. days: median days from coming to the stage to going on to another; None where nobody went on.
    drop_off: share of visits after which the customer is silent for longer than the gap, where that is known.
    switches: share of conversations that came by another channel than the one before. handovers: share that went from a
    bot to an agent, or from an agent to another. intents, themes: the most frequent, with their conversations.
    """

    stage: str
    conversations: int
    customers: int
    visits: int
    friction: Interval | None
    sentiment: Interval | None
    effort: Interval | None
    entries: int
    exits: int
    loops: int
    days: float | None
    drop_off: Interval | None
    switches: Interval | None
    handovers: Interval | None
    intents: tuple[tuple[str, int], ...]
    themes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Move:
    """From one visit to the next; from `start` to the first, and to `silent` or `open` from the last.

    step: of the visit that is left, in its journey, from 0; -1 of `start`. days: median from coming to coming on; None
    from `start` and to an end.
    """

    origin: str
    target: str
    step: int
    count: int
    customers: int
    days: float | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit with its customer, what came before it in its journey, and what next: None where silence is all."""

    customer: str
    visit: Session
    again: bool
    after: Session | None
    known: bool


def seen(customer: str, visits: Sequence[Session], *, gap: int, until: int) -> Iterator[Seen]:
    """A customer's visits. Whether somebody fell silent is known where the gap is over before `until`."""
    been: set[str] = set()
    for visit, after in zip_longest(visits, visits[1:]):
        been = been if visit.step else set()
        on = after if after and after.journey == visit.journey else None
        yield Seen(customer, visit, visit.stage in been, on, on is not None or visit.until + gap < until)
        been.add(visit.stage)


def stage_flows(found: Iterable[Seen], order: Sequence[str]) -> list[StageFlow]:
    """One a stage that was visited, in the order of the taxonomy, others after it."""
    by_stage: dict[str, list[Seen]] = defaultdict(list)
    for one in found:
        by_stage[one.visit.stage].append(one)
    place = {stage: n for n, stage in enumerate(order)}
    names = sorted(by_stage, key=lambda stage: (place.get(stage, len(place)), stage))
    return [_stage(stage, by_stage[stage]) for stage in names]


def _stage(stage: str, found: Sequence[Seen]) -> StageFlow:
    spoke = [(one.customer, said) for one in found for said in one.visit.said]
    said = [s for _, s in spoke]
    known = [one for one in found if one.known]
    gone = sum(one.after is None for one in known)
    went = [(one.after.since - one.visit.since) / DAY for one in found if one.after]
    return StageFlow(
        stage=stage,
        conversations=len(said),
        customers=len({one.customer for one in found}),
        visits=len(found),
        **_means(spoke),
        entries=sum(one.visit.step == 0 for one in found),
        exits=gone,
        loops=sum(one.again for one in found),
        days=median(went) if went else None,
        drop_off=_share((one.customer, one.after is None, 1) for one in known),
        switches=_share((one.customer, one.visit.switches, one.visit.followed) for one in found),
        handovers=_share((customer, s.handed, 1) for customer, s in spoke),
        intents=_most(s.intent for s in said if s.intent != NONE),
        themes=_most(theme for s in said for theme in s.themes),
    )


def _share(counted: Iterable[tuple[str, int, int]]) -> Interval | None:
    """Of (customer, hits, of so many)."""
    rows = list(counted)
    hits, of = (np.array([row[n] for row in rows], float) for n in (1, 2))
    return clustered_share(hits, of, np.array([customer for customer, *_ in rows]))


def _means(spoke: Sequence[tuple[str, Said]]) -> dict[str, Interval | None]:
    owners = np.array([customer for customer, _ in spoke])
    return {
        name: clustered(np.array([getattr(s, name) for _, s in spoke], float), owners, least=least, most=most)
        for name, (least, most) in RANGES.items()
    }


def _most(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))[:TOP])


def moves(found: Iterable[Seen]) -> list[Move]:
    """Every move, the most frequent first; a stage that is visited again is a move to itself only after a silence."""
    days: Mapping[tuple[str, str, int], list[float]] = defaultdict(list)
    who: Mapping[tuple[str, str, int], list[str]] = defaultdict(list)
    for one in found:
        visit = one.visit
        if visit.step == 0:
            who[START, visit.stage, -1].append(one.customer)
        target = one.after.stage if one.after else SILENT if one.known else OPEN
        who[visit.stage, target, visit.step].append(one.customer)
        if one.after:
            days[visit.stage, target, visit.step].append((one.after.since - visit.since) / DAY)
    told = [
        Move(*move, len(customers), len(set(customers)), median(days[move]) if move in days else None)
        for move, customers in who.items()
    ]
    return sorted(told, key=lambda m: (-m.count, m.step, m.origin, m.target))


def changed(now: StageFlow, before: StageFlow) -> list[str]:
    """The figures of a stage that differ between two periods by more than chance: their intervals do not meet."""
    if min(now.customers, before.customers) < FEW:
        return []
    pairs = ((name, getattr(now, name), getattr(before, name)) for name in (*RANGES, "drop_off"))
    return [name for name, a, b in pairs if a and b and (a.low > b.high or a.high < b.low)]
