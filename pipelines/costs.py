"""What the themes of a store cost: how overall scores would change without them, and whom they concern most."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from nlp.journeys.contact import Contact
from nlp.themes.impact import Impact, impacts
from pipelines.scores import number, scores
from pipelines.stores.protocols import Filter, Store

PROCESS = frozenset(("status", "state", "priority", "type", "lang", "language", "submitted_via", "via", "subject"))
"""Facts of how a conversation was handled, not of whom it concerns."""
VALUES, SHARED = 30, 4
"""A fact tells groups that has so few different values, or one for so many conversations on average: no number or text
of its own for each."""
FIELDS, TOP = 6, 3
"""Facts shown, and groups of each."""
FEWEST = 3
"""Conversations of a group, at least."""


def impact(
    store: Store,
    names: Sequence[str] | None = None,
    filter: Filter = Filter(),
    *,
    spoke: Sequence[Contact] | None = None,
    seed: int = 0,
) -> dict[str, dict[str, Impact]]:
    """Score -> theme -> how its mean over the filtered conversations would change if those that tell the theme were not
    there. `names`: see `scores.py`. `spoke`: the filtered contacts, where they are read already. A conversation of
    nobody known is a customer of its own. Raises UnknownName."""
    contacts = list(store.customers.contacts(filter)) if spoke is None else spoke
    known = scores(store, contacts, names, filter)
    ids = [theme.id for theme in store.themes.current()]
    row, column = {c.id: n for n, c in enumerate(contacts)}, {id: k for k, id in enumerate(ids)}
    told = [(row[c], column[t]) for c, t in store.tellings.pairs(filter) if c in row and t in column]
    places = np.array(told, np.intp).reshape(-1, 2)
    members = csr_array((np.ones(len(told)), (places[:, 0], places[:, 1])), shape=(len(contacts), len(ids)))
    whose = np.unique([c.customer or f"\0{n}" for n, c in enumerate(contacts)] or [""], return_inverse=True)[1]
    customers = whose[: len(contacts)]
    return {
        name: dict(zip(ids, impacts(values, customers, members, seed=seed), strict=True))
        for name, values in known.items()
    }


def groups(
    store: Store, theme: str, filter: Filter = Filter(), *, spoke: Sequence[Contact] | None = None
) -> list[dict[str, Any]]:
    """Whom a theme concerns: of each fact of customers and conversations (plan, city, product, company) that parts them
    into groups, the three that most of its conversations are of, the most telling facts first. Keys field, value,
    conversations, share (0..1 of the theme's conversations that have the fact), overall (0..1 of all)."""
    attributes = {customer.id: customer.attributes for customer in store.customers.all(filter.customers)}
    facts = dict(store.tellings.facts(filter))
    told = {conversation for conversation, of in store.tellings.pairs(filter) if of == theme}
    everyone, own = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for contact in store.customers.contacts(filter) if spoke is None else spoke:
        known = set(_known({**facts.get(contact.id, {}), **attributes.get(contact.customer, {})}))
        everyone.update(known)
        own.update(known if contact.id in told else ())
    return [row for rows in _by_field(everyone, own)[:FIELDS] for row in rows]


def _known(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        for item in value if isinstance(value, list | tuple) else (value,):
            if isinstance(item, str) and item.strip() and np.isnan(number(item)) and name not in PROCESS:
                yield name, item.strip()


def _by_field(everyone: Counter[tuple[str, str]], own: Counter[tuple[str, str]]) -> list[list[dict[str, Any]]]:
    """The groups of each field, that which sets the theme apart most first."""
    fields: dict[str, list[str]] = {}
    for name, value in everyone:
        fields.setdefault(name, []).append(value)
    found = []
    for name, values in fields.items():
        many = sum(everyone[name, value] for value in values)
        if 1 < len(values) <= max(VALUES, many // SHARED):
            rows = list(_groups(name, values, everyone, own))
            found.append(sorted(rows, key=lambda r: (-r["conversations"], r["value"]))[:TOP])
    told = [rows for rows in found if rows]
    return sorted(told, key=lambda rows: -max(abs(r["share"] - r["overall"]) for r in rows))


def _groups(
    name: str, values: Iterable[str], everyone: Counter[tuple[str, str]], own: Counter[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    total, mine = sum(everyone[name, v] for v in values), sum(own[name, v] for v in values)
    for value in values:
        if own[name, value] >= FEWEST:
            row = {"field": name, "value": value, "conversations": own[name, value]}
            yield row | {"share": own[name, value] / mine, "overall": everyone[name, value] / total}
