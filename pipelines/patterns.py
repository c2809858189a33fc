"""Micro-moments out of the store: which sequences of steps are frequent, and which of them tell of an outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from random import Random
from typing import Any

from nlp.errors import UnknownName
from nlp.journeys.facts import Facts
from nlp.journeys.ledger import DAY
from nlp.journeys.moments import CAVEAT, Moment, micro_moments
from nlp.journeys.outcomes import HORIZONS, episodes
from nlp.journeys.sequences import WINDOW, Histories, sequences
from nlp.journeys.steps import THEME, Step
from nlp.taxonomy import Taxonomy
from pipelines.facts import everyone, told_until
from pipelines.stores.protocols import Filter, Store

CONTACTS = 100_000
"""Contacts that are looked at; of more, customers are drawn."""
SHOWN = 50
Row = dict[str, Any]


def patterns(store: Store, taxonomy: Taxonomy, filter: Filter = Filter(), *, outcome: str = "leaves") -> Row:
    """Keys patterns (the fields of Moment with steps [{stage, kind, what, name, turn}], text, support (0..1 of the
    customers who wrote), examples (ids of customers)), at most SHOWN; outcome, window (days), customers (who wrote),
    drawn (of how many of them the patterns are), tested, untold (patterns of which too few have the outcome), caveat.

    Raises UnknownName for an outcome that is not in HORIZONS.
    """
    if outcome not in HORIZONS:
        raise UnknownName.of("outcome", outcome, HORIZONS)
    everybody = list(everyone(store, filter, taxonomy=taxonomy))
    until = told_until(own for _, own in everybody)
    wrote = [(customer, own) for customer, own in everybody if own.said]
    chosen = _drawn(wrote)
    journeys = [own for _, own in chosen]
    histories = Histories.of(journeys)
    found = micro_moments(
        sequences(histories, customers=len(chosen)), histories, episodes(journeys, taxonomy, until=until), outcome
    )
    names, ids = store.themes.names(), [customer for customer, _ in chosen]
    tested = sum(moment.p is not None for moment in found)
    return {
        "patterns": [_row(moment, names, ids) for moment in found[:SHOWN]],
        "outcome": outcome,
        "window": WINDOW // DAY,
        "customers": len(wrote),
        "drawn": len(chosen),
        "tested": tested,
        "untold": len(found) - tested,
        "caveat": CAVEAT,
    }


def _drawn(wrote: Sequence[tuple[str, Facts]]) -> list[tuple[str, Facts]]:
    """All customers, or so many as have CONTACTS contacts together, drawn by a seed, in order of id."""
    if sum(len(own.said) for _, own in wrote) <= CONTACTS:
        return list(wrote)
    order, kept, contacts = list(range(len(wrote))), [], 0
    Random(0).shuffle(order)
    for n in order:
        contacts += len(wrote[n][1].said)
        if contacts > CONTACTS:
            break
        kept.append(n)
    return [wrote[n] for n in sorted(kept)]


def _row(moment: Moment, names: Mapping[str, str], ids: Sequence[str]) -> Row:
    steps = [_step(step, names) for step in moment.steps]
    row = asdict(moment) | {"steps": steps, "text": ", then ".join(map(_said, steps))}
    return row | {"support": moment.customers / len(ids), "examples": [ids[n] for n in moment.examples]}


def _step(step: Step, names: Mapping[str, str]) -> Row:
    name = names.get(step.what, step.what) if step.kind == THEME else step.what.replace("_", " ")
    return step._asdict() | {"name": name or "any contact"}


def _said(step: Row) -> str:
    """ "parcel does not come at onboarding (mood sours)"."""
    return f"{step['name']} at {step['stage']}" + (f" (mood {step['turn']})" if step["turn"] else "")
