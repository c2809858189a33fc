"""Funnel: who goes on from one event to the next, and whether fewer do than in the period before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nlp.journeys.facts import Done, Facts
from nlp.journeys.intervals import wilson
from nlp.journeys.ledger import DAY
from nlp.metrics import Interval
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy

WITHIN = 30 * DAY
FEW = 10
"""Customers at a step, at least, of whom anything is told."""
FALSE = 0.05
"""The share of false ones expected among the steps that are told to have changed (Benjamini & Hochberg 1995)."""
USUAL = 0.2
"""A step that fewer than so many ever take after an event is none that everybody is to take."""


@dataclass(frozen=True, slots=True)
class Step:
    """An event and the one that most often comes next. customers: who came to the event for the first time in the
    period, and whose 30 days after it are over; share: of them those who went on within these days, with Wilson's
    interval. before: the share of the period before, None where there is none. changed: "fell" or "rose" by more than
    chance makes of so many steps; "" otherwise."""

    event: str
    then: str
    customers: int
    share: Interval
    before: float | None = None
    changed: str = ""


def funnel(
    journeys: Sequence[Facts], taxonomy: Taxonomy, *, since: int, until: int, seen: int, before: int | None = None
) -> list[Step]:
    """In the taxonomy's order of events. Times in microseconds: the period, `seen`: the last moment known; `before`:
    where the period before begins, which ends with `since`."""
    names = [name for name, stage in taxonomy.events.items() if stage != UNKNOWN_STAGE and name not in taxonomy.leaves]
    nexts = _nexts(journeys, set(names))
    now = _steps(journeys, nexts, names, since, min(until, seen - WITHIN))
    if before is None:
        return now
    earlier = {step.event: step for step in _steps(journeys, nexts, names, before, min(since, seen - WITHIN))}
    return _judged([(step, earlier.get(step.event)) for step in now])


def _nexts(journeys: Iterable[Facts], names: set[str]) -> dict[str, str]:
    """After each event the other one that comes next most often, at any time; none that few go on to."""
    came: Counter[str] = Counter()
    went: dict[str, Counter[str]] = {}
    for own in journeys:
        firsts = _firsts(own, names)
        for place, done in enumerate(firsts):
            came[done.name] += 1
            if place + 1 < len(firsts):
                went.setdefault(done.name, Counter())[firsts[place + 1].name] += 1
    best = {name: min(after.items(), key=lambda pair: (-pair[1], pair[0])) for name, after in went.items()}
    return {name: then for name, (then, count) in best.items() if count >= USUAL * came[name]}


def _firsts(own: Facts, names: set[str]) -> list[Done]:
    """The first event of each name, by time."""
    found: dict[str, Done] = {}
    for done in own.done:
        if done.name in names:
            found.setdefault(done.name, done)
    return list(found.values())


def _steps(
    journeys: Iterable[Facts], nexts: dict[str, str], names: Sequence[str], since: int, until: int
) -> list[Step]:
    came: Counter[str] = Counter()
    went: Counter[str] = Counter()
    for own in journeys:
        firsts = {done.name: done.at for done in _firsts(own, set(names))}
        for name, then in nexts.items():
            at = firsts.get(name, -1)
            if since <= at < until:
                came[name] += 1
                went[name] += at <= firsts.get(then, -1) <= at + WITHIN
    shares = ((name, wilson(went[name], came[name])) for name in names if came[name] >= FEW)
    return [Step(name, nexts[name], came[name], share) for name, share in shares if share]


def _judged(pairs: Sequence[tuple[Step, Step | None]]) -> list[Step]:
    from scipy.stats import false_discovery_control, fisher_exact  # slow to import, and a server waits for it

    told = [(n, step, past) for n, (step, past) in enumerate(pairs) if past]
    p = [float(fisher_exact([_counts(step), _counts(past)]).pvalue) for _, step, past in told]
    sure = false_discovery_control(p) <= FALSE if p else []
    found = [step for step, _ in pairs]
    for (n, step, past), q in zip(told, sure, strict=True):
        way = "fell" if step.share.value < past.share.value else "rose"
        found[n] = replace(step, before=past.share.value, changed=way if q else "")
    return found


def _counts(step: Step) -> list[int]:
    went = round(step.share.value * step.customers)
    return [went, step.customers - went]
