"""Archetypes out of the store: customers who write alike until a moment, and what became of them after it."""

from dataclasses import asdict
from typing import Any

from nlp.journeys.archetypes import EXAMPLES, archetypes, named, says
from nlp.journeys.cohorts import CAVEAT, LEAST, cohorts
from nlp.journeys.portraits import portraits
from nlp.taxonomy import Taxonomy
from pipelines.cohorts import DAYS, Standing, moment, standing
from pipelines.stores.protocols import Filter, Store

Row = dict[str, Any]


def found_archetypes(store: Store, taxonomy: Taxonomy, filter: Filter = Filter(), *, days: int = DAYS) -> Row:
    """Keys archetypes [{name, customers, support (0..1 of those who wrote), stability (0..1), traits [{name, says,
    value, usual}], friction, sentiment, effort, outcomes, examples (ids of customers)}], largest first; strengths
    [[number, prediction strength]], customers, at, until, caveat. Those of fewer than 5 customers are left out. Raises
    BadInput.
    """
    then = standing(store, taxonomy, filter, days=days)
    wrote = [n for n, own in enumerate(then.past) if own.said]
    past = [then.past[n] for n in wrote]
    found, strengths = archetypes(portraits(past)) if past else ([], [])
    names = named(found)
    groups = [""] * len(past)
    for name, one in zip(names, found, strict=True):
        for row in one.members.tolist():
            groups[row] = name
    outcomes = {name: came[wrote] for name, came in then.outcomes(taxonomy).items()}
    figures = {one.name: asdict(one) for one in cohorts(groups, past, outcomes)}
    rows = [
        figures[name]
        | {"support": len(one.members) / len(past), "stability": one.stability}
        | {"traits": [asdict(trait) | {"says": says(trait.name)} for trait in one.traits]}
        | {"examples": _examples(then, wrote, one.examples)}
        for name, one in zip(names, found, strict=True)
        if name in figures and len(one.members) >= LEAST
    ]
    times = {"at": moment(then.at), "until": moment(then.until)} if past else {"at": None, "until": None}
    return {"archetypes": rows, "strengths": strengths, "customers": len(past), **times, "caveat": CAVEAT}


def _examples(then: Standing, wrote: list[int], rows: tuple[int, ...]) -> list[str]:
    return [then.customers[wrote[row]] for row in rows[:EXAMPLES]]
