"""Conversations to their stage in the journey, by what was said and by what was done before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from nlp.customer import Event
from nlp.journeys.contact import Contact
from nlp.journeys.placing import placed
from nlp.signal import Summary
from nlp.taxonomy import Taxonomy
from pipelines.annotate import summary
from pipelines.stores.protocols import Store
from pipelines.streams import by_customer, owned


def place(store: Store, taxonomy: Taxonomy) -> int:
    """Place every conversation of a known customer anew; returns how many changed. Twice is once.

    Events may come in at any time and in any order: what was said is kept with the summary, apart from what was done.
    """
    return store.signals.summarise(_moved(store, taxonomy))


def _moved(store: Store, taxonomy: Taxonomy) -> Iterator[Summary]:
    for customer, items in by_customer(owned(store.customers.contacts()), owned(store.events.all())):
        events = [i for i in items if isinstance(i, Event)]
        for contact in (i for i in items if isinstance(i, Contact) and customer):
            if (anew := placed(contact.summary, events, contact.at, taxonomy)) != contact.summary:
                yield anew


def said(store: Store, contact: Contact, taxonomy: Taxonomy, *, before: datetime) -> Summary:
    """What a conversation's turns before a moment say, by their words alone."""
    times = {turn.number: turn.at or contact.at for turn in store.conversations.get(contact.id).turns}
    signals = [s for s in store.signals.of(contact.id) if times[s.segment.turn] < before]
    return replace(summary(contact.id, signals, taxonomy=taxonomy), language=contact.summary.language)
