"""Conversations to their stage in the journey, by what was said and by the customer's last event before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from nlp.customer import Event
from nlp.journeys.contact import Contact
from nlp.journeys.placing import last, placed
from nlp.signal import Summary
from nlp.taxonomy import Taxonomy
from pipelines.annotate import summary
from pipelines.stores.protocols import Store
from pipelines.streams import by_customer, owned


def place(store: Store, taxonomy: Taxonomy) -> int:
    """Place every conversation of the customers with events anew; returns how many changed. Twice is once.

    It starts from the signals, not from an earlier placing, so that events may come in at any time and order.
    """
    return store.signals.summarise(_placed(store, taxonomy))


def _placed(store: Store, taxonomy: Taxonomy) -> Iterator[Summary]:
    for customer, items in by_customer(owned(store.customers.contacts()), owned(store.events.all())):
        events = [i for i in items if isinstance(i, Event)]
        if customer and events:
            for contact in (i for i in items if isinstance(i, Contact)):
                yield placed(said(store, contact), last(events, contact.at, taxonomy), taxonomy)


def said(store: Store, contact: Contact, *, before: datetime | None = None) -> Summary:
    """What a conversation's words alone say, all of them or those of the turns before a moment."""
    signals = store.signals.of(contact.id)
    if before is not None:
        times = {turn.number: turn.at or contact.at for turn in store.conversations.get(contact.id).turns}
        signals = [s for s in signals if times[s.segment.turn] < before]
    return replace(summary(contact.id, signals), language=contact.summary.language)
