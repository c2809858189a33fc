"""Experiments over the store: made, entered, and told by what became of those treated and those held out."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from nlp.errors import BadInput
from nlp.experiments.experiment import HELD, Entry, Experiment, arm, checked
from nlp.experiments.uplift import Uplift, mean_uplift, share_uplift, unfair
from nlp.journeys.facts import EPOCH, MICROSECOND, Facts, ticks
from nlp.journeys.groups import Array
from nlp.journeys.ledger import DAY
from nlp.taxonomy import Taxonomy
from pipelines.facts import everyone, told_until
from pipelines.stores.protocols import Store

HOLDOUT, DAYS = 0.1, 30
MOST = 10_000
"""Customers that come in at a time."""
CAVEAT = (
    "Intervals hold for one look, at a time chosen before: who looks until something shows finds what is not there."
)
Row = dict[str, Any]


def create(
    store: Store, name: str, *, at: datetime, holdout: float = HOLDOUT, days: int = DAYS, says: str = ""
) -> Experiment:
    """With a salt of its own. Raises BadInput, also where there is one of this name that is not the same."""
    wanted = checked(Experiment(name, secrets.token_hex(16), holdout, days, at, says=says))
    stored = store.experiments.put(wanted)
    if (stored.holdout, stored.days) != (holdout, days) or stored.ended_at:
        raise BadInput(f"there is an experiment {name!r} already, and it is another one: give a new name")
    return stored


def assignment(store: Store, experiment: Experiment, customer: str, *, at: datetime) -> Row:
    """Keys experiment, customer, arm, entered (whether the customer has come in: the arm then stays), running."""
    entered = _arms(store, experiment, [customer])
    running = experiment.started_at <= at and (experiment.ended_at is None or at < experiment.ended_at)
    found = entered.get(customer) or arm(experiment, customer)
    head = {"experiment": experiment.name, "customer": customer, "arm": found}
    return head | {"entered": customer in entered, "running": running}


def enter(store: Store, experiment: Experiment, names: Sequence[str], *, at: datetime) -> list[Row]:
    """Notes that customers come in now, by pseudonym, and tells each one's arm: keys customer, arm. Raises BadInput
    where the experiment has ended, or none or too many come."""
    if experiment.ended_at is not None and at >= experiment.ended_at:
        raise BadInput(f"experiment {experiment.name!r} has ended at {experiment.ended_at:%Y-%m-%d %H:%M} UTC")
    if not 0 < len(names) <= MOST or not all(names):
        raise BadInput(f"1 to {MOST:,} customers come in at a time, each with a name; given were {len(names):,}")
    store.experiments.enter(experiment.name, [Entry(name, arm(experiment, name), at) for name in dict.fromkeys(names)])
    arms = _arms(store, experiment, names)
    return [{"customer": name, "arm": arms[name]} for name in names]


def _arms(store: Store, experiment: Experiment, customers: Sequence[str]) -> dict[str, str]:
    return {entry.customer: entry.arm for entry in store.experiments.entries(experiment.name, among=customers)}


@dataclass(frozen=True, slots=True)
class Watched:
    """Those whose days after their entry are over. treated: bool (n,); entry: microseconds, int64 (n,)."""

    facts: Sequence[Facts]
    treated: Array
    entry: Array


def result(store: Store, taxonomy: Taxonomy, experiment: Experiment) -> Row:
    """Keys experiment, arms {treated, holdout: customers}, waiting (whose days are not over), crossed (left out: found
    to be one customer in both arms), by ("entries", or "everybody known at the start" where nobody's entry was noted),
    unfair (a sample-ratio mismatch), unfair_p, uplifts (the fields of Uplift, told), until, caveat.
    """
    everybody = dict(everyone(store, taxonomy=taxonomy))
    until = told_until(everybody.values())
    entries = store.experiments.entries(experiment.name)
    came, crossed = _owned(entries, store.identity.links()) if entries else (_known(experiment, everybody), 0)
    over = {c: e for c, e in came.items() if ticks(e.at) + experiment.days * DAY <= until}
    customers = sorted(over)
    watched = Watched(
        [everybody.get(c, Facts()) for c in customers],
        np.array([over[c].arm != HELD for c in customers], bool),
        np.array([ticks(over[c].at) for c in customers], np.int64),
    )
    held = sum(entry.arm == HELD for entry in came.values())
    wrong, p = unfair(len(came) - held, held, experiment.holdout)
    return {
        "experiment": experiment.name,
        "arms": {"treated": int(watched.treated.sum()), "holdout": int((~watched.treated).sum())},
        "waiting": len(came) - len(over),
        "crossed": crossed,
        "by": "entries" if entries else "everybody known at the start",
        "unfair": wrong,
        "unfair_p": p,
        "uplifts": [asdict(one) | {"told": one.told} for one in uplifts(watched, taxonomy, experiment.days)],
        "until": EPOCH + until * MICROSECOND if until else None,
        "caveat": CAVEAT,
    }


def _owned(entries: Sequence[Entry], owners: Mapping[str, str]) -> tuple[dict[str, Entry], int]:
    """Entries by whose they are by now: the first of each customer; those in both arms are left out and counted."""
    found: dict[str, Entry] = {}
    crossed: set[str] = set()
    for entry in sorted(entries, key=lambda e: (e.at, e.customer)):
        owner = owners.get(entry.customer, entry.customer)
        first = found.setdefault(owner, replace(entry, customer=owner))
        if first.arm != entry.arm:
            crossed.add(owner)
    return {owner: entry for owner, entry in found.items() if owner not in crossed}, len(crossed)


def _known(experiment: Experiment, everybody: Mapping[str, Facts]) -> dict[str, Entry]:
    start = ticks(experiment.started_at)
    there = (c for c, own in everybody.items() if min(_first(own)) < start)
    return {c: Entry(c, arm(experiment, c), experiment.started_at) for c in there}


def _first(own: Facts) -> list[int]:
    return [s.at for s in own.said[:1]] + [d.at for d in own.done[:1]]


def uplifts(watched: Watched, taxonomy: Taxonomy, days: int) -> list[Uplift]:
    """Of leaving, buying and writing (shares of customers); of contacts and friction load (means a customer, what was
    so as long before taken off). What no event ever tells is left out."""
    known = {done.name for own in watched.facts for done in own.done}
    found: list[Uplift | None] = []
    for figure, names in (("leaves", taxonomy.leaves), ("buys", taxonomy.buys)):
        if names & known:
            found.append(share_uplift(figure, _any_done(watched, names, days), watched.treated))
    contacts, load = (_after(watched, kind, 0, days) for kind in ("contacts", "friction"))
    found.append(share_uplift("writes", contacts > 0, watched.treated))
    for figure, after, kind in (("contacts", contacts, "contacts"), ("friction load", load, "friction")):
        found.append(mean_uplift(figure, after, watched.treated, _after(watched, kind, -days, 0)))
    return [one for one in found if one]


def _any_done(watched: Watched, names: frozenset[str], days: int) -> Array:
    return np.array(
        [
            any(d.name in names and at <= d.at < at + days * DAY for d in own.done)
            for own, at in zip(watched.facts, watched.entry.tolist(), strict=True)
        ],
        bool,
    )


def _after(watched: Watched, kind: str, first: int, last: int) -> Array:
    """Of the conversations from one day after entry to another their number, or the sum of their friction / 100."""
    found = []
    for own, at in zip(watched.facts, watched.entry.tolist(), strict=True):
        said = [s for s in own.said if at + first * DAY <= s.at < at + last * DAY]
        found.append(float(len(said)) if kind == "contacts" else sum(s.friction for s in said) / 100)
    return np.array(found, float)
