"""Features out of the store: of one customer now or as of any moment, and of all of them in one pass."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

import numpy as np

from nlp.errors import BadInput
from nlp.journeys.facts import ticks
from nlp.journeys.features import Table, Value, row, table
from nlp.journeys.features import features as of_facts
from nlp.taxonomy import Taxonomy
from pipelines.facts import everyone, known
from pipelines.journeys import shipped
from pipelines.stores.protocols import Filter, Store

CUSTOMERS = 20_000
"""Held in memory at a time."""


def features(store: Store, customer: str, at: datetime, *, taxonomy: Taxonomy | None = None) -> dict[str, Value]:
    """A customer's features as of `at`, from what was known before it alone; docs/features.md defines each.

    Raises BadInput for a time without zone, NotFound for a customer of whom nothing is stored.
    """
    aware(at)
    taxonomy = taxonomy or shipped()
    return of_facts(known(store, customer, at, taxonomy), at=at, taxonomy=taxonomy)


def online(store: Store, customer: str, at: datetime, *, taxonomy: Taxonomy | None = None) -> dict[str, Value]:
    """The same, to the last bit, from the row of facts that `pipelines/online.py` keeps; slower where that is stale, or
    tells of what was not known at `at`. Raises as `features` does."""
    aware(at)
    kept = store.features.get(customer)
    if kept is None or ticks(at) <= kept.since:
        return features(store, customer, at, taxonomy=taxonomy)
    return of_facts(kept, at=at, taxonomy=taxonomy or shipped())


def all_features(
    store: Store, at: datetime, filter: Filter = Filter(), *, taxonomy: Taxonomy | None = None
) -> Iterator[tuple[str, dict[str, Value]]]:
    """Every customer with a conversation or an event before `at`, in order of id, with their features."""
    for customers, found in tables(store, at, filter, taxonomy=taxonomy):
        for n, customer in enumerate(customers):
            yield customer, row(found, n)


def tables(
    store: Store, at: datetime, filter: Filter = Filter(), *, taxonomy: Taxonomy | None = None
) -> Iterator[tuple[list[str], Table]]:
    """The same in columns, `CUSTOMERS` at a time: three streams are read side by side. `filter` chooses the
    conversations that are looked at."""
    aware(at)
    taxonomy = taxonomy or shipped()
    chosen = replace(filter, until=min(at, filter.until or at))
    everybody = everyone(store, chosen, at=at, taxonomy=taxonomy)
    while part := list(islice(everybody, CUSTOMERS)):
        found = table([own for _, own in part], np.full(len(part), ticks(at)), taxonomy)
        yield [customer for customer, _ in part], found


def aware(at: datetime) -> None:
    if at.tzinfo is None:
        raise BadInput(f"the time {at.isoformat()} has no zone; give an aware one, such as {at.isoformat()}Z")
