"""Features out of the store: of one customer as of any moment, and of all of them in one pass."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

import numpy as np

from nlp.customer import Event
from nlp.errors import BadInput
from nlp.journeys.contact import Contact, Mention
from nlp.journeys.facts import Facts, facts, ticks
from nlp.journeys.features import Table, Value, row, table
from nlp.journeys.features import features as of_facts
from nlp.journeys.placing import placed
from nlp.taxonomy import Taxonomy
from pipelines.journeys import events_of, shipped
from pipelines.placing import said
from pipelines.stores.protocols import Filter, Store
from pipelines.streams import by_customer, owned

CUSTOMERS = 20_000
"""Held in memory at a time."""


def features(store: Store, customer: str, at: datetime, *, taxonomy: Taxonomy | None = None) -> dict[str, Value]:
    """A customer's features as of `at`, from what was known before it alone; docs/features.md defines each.

    Raises BadInput for a time without zone, NotFound for a customer of whom nothing is stored.
    """
    aware(at)
    taxonomy = taxonomy or shipped()
    return of_facts(known(store, customer, at, taxonomy), at=at, taxonomy=taxonomy)


def known(store: Store, customer: str, at: datetime, taxonomy: Taxonomy) -> Facts:
    """A customer's facts as they were known before `at`. Raises NotFound."""
    events, own = store.events.of(customer), Filter(customer=customer)
    if not events:
        store.customers.get(customer)
    spoke = _as_of(store, store.customers.contacts(own), events, at, taxonomy)
    return facts(spoke, events, store.themes.mentions(own), at=at)


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
    everyone = _everyone(store, at, replace(filter, until=min(at, filter.until or at)), taxonomy)
    while part := list(islice(everyone, CUSTOMERS)):
        moments = np.full(len(part), ticks(at))
        yield [customer for customer, _ in part], table([own for _, own in part], moments, taxonomy)


def _everyone(store: Store, at: datetime, chosen: Filter, taxonomy: Taxonomy) -> Iterator[tuple[str, Facts]]:
    contacts, mentions = store.customers.contacts(chosen), store.themes.mentions(chosen)
    for customer, items in by_customer(owned(contacts), owned(events_of(store, chosen)), owned(mentions)):
        spoke = [i for i in items if isinstance(i, Contact)]
        did = [i for i in items if isinstance(i, Event)]
        if customer and (spoke or did):
            raised = (i for i in items if isinstance(i, Mention))
            yield customer, facts(_as_of(store, spoke, did, at, taxonomy), did, raised, at=at)


def _as_of(
    store: Store, contacts: Iterable[Contact], events: Sequence[Event], at: datetime, taxonomy: Taxonomy
) -> Iterator[Contact]:
    """A conversation that went on at or after `at` is summarised from what was said before."""
    for contact in contacts:
        if contact.at < at <= contact.last_at:
            words = said(store, contact, taxonomy, before=at)
            contact = replace(contact, summary=placed(words, events, contact.at, taxonomy))
        yield contact


def aware(at: datetime) -> None:
    if at.tzinfo is None:
        raise BadInput(f"the time {at.isoformat()} has no zone; give an aware one, such as {at.isoformat()}Z")
