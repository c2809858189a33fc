"""Scores of conversations: as found, as they came with them, or as customers gave them afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

import numpy as np

from nlp.customer import Event
from nlp.errors import UnknownName
from nlp.journeys.contact import Contact
from nlp.taxonomy import UNSUPPORTED
from nlp.themes.rates import Array
from pipelines.stores.protocols import Filter, Store

FOUND = ("friction", "sentiment", "repeat")
SURVEYS = ("csat", "rating", "satisfaction", "recommendation", "effort")
"""What came with conversations, and the taxonomy's scores, which are events; a score may have any other name."""
AGAIN = timedelta(days=7)
"""A customer who writes again so soon makes a repeat contact."""
ANSWER = timedelta(days=30)
"""An event with a value is an answer about the customer's last conversation, so long before at most."""
WORDS = {"good": 1.0, "bad": 0.0, "yes": 1.0, "no": 0.0}
"""What help desks write in place of a number."""


def scores(
    store: Store, contacts: Sequence[Contact], names: Sequence[str] | None = None, filter: Filter = Filter()
) -> dict[str, Array]:
    """Each score of `contacts`, those of `filter`: float (n,), NaN where a conversation has none.

    `friction` and `sentiment` as found; `repeat`, 1 where its customer began another within a week; any other name is a
    number among the facts that came with the conversation, or the value of an event that its customer had next. Without
    `names`, those three and the usual surveys that there are. Raises UnknownName for a score that no conversation has.
    """
    found = {name: _found(name, contacts) for name in names or FOUND if name in FOUND}
    given = [name for name in (SURVEYS if names is None else names) if name not in FOUND]
    facts = dict(store.tellings.facts(filter)) if given else {}
    events = [e for e in store.events.all(filter.customers) if e.name in given and e.value is not None] if given else []
    for name in given:
        values = np.array([number(facts.get(c.id, {}).get(name)) for c in contacts], float)
        if not np.isfinite(values).any():
            values = _answered([e for e in events if e.name == name], contacts)
        if np.isfinite(values).any():
            found[name] = values
        elif names is not None:
            raise UnknownName.of("score", name, [*FOUND, *_numbers(facts.values())])
    return found


def _numbers(facts: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of facts that are numbers."""
    return sorted({name for each in facts for name, value in each.items() if np.isfinite(number(value))})


def number(value: Any) -> float:
    """NaN for what is none."""
    if isinstance(value, str):
        word = value.strip().casefold()
        if word in WORDS:
            return WORDS[word]
        try:
            return float(word)
        except ValueError:
            return float("nan")
    return float(value) if isinstance(value, int | float) else float("nan")


def _found(name: str, contacts: Sequence[Contact]) -> Array:
    if name == "repeat":
        return _repeats(contacts)
    read = [float(getattr(c.summary, name)) if c.summary.intent != UNSUPPORTED else np.nan for c in contacts]
    return np.array(read, float)


def _repeats(contacts: Sequence[Contact]) -> Array:
    """Unknown where a customer is, and of the last week, after which nothing is known."""
    until = max((c.at for c in contacts), default=None)
    found = np.full(len(contacts), np.nan)
    places = sorted(range(len(contacts)), key=lambda n: (contacts[n].customer, contacts[n].at))
    for customer, own in groupby(places, key=lambda n: contacts[n].customer):
        rows = list(own)
        for n, after in zip(rows, (*rows[1:], None), strict=True):
            again = after is not None and contacts[after].at - contacts[n].at <= AGAIN
            if customer and until and (again or until - contacts[n].at > AGAIN):
                found[n] = float(again)
    return found


def _answered(events: Iterable[Event], contacts: Sequence[Contact]) -> Array:
    found = np.full(len(contacts), np.nan)
    of: dict[str, list[int]] = {}
    for n, contact in enumerate(contacts):
        of.setdefault(contact.customer, []).append(n)
    for event in events:
        before = [n for n in of.get(event.customer, ()) if timedelta(0) <= event.at - contacts[n].at <= ANSWER]
        if before:
            found[max(before, key=lambda n: contacts[n].at)] = event.value
    return found
