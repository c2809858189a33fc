"""Conversations to their stage in the journey, by what was said and by the customer's last event before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from nlp.customer import Event
from nlp.journeys.contact import Contact
from nlp.journeys.placing import last, placed, witness
from nlp.signal import Summary
from nlp.taxonomy import Taxonomy
from pipelines.annotate import summary
from pipelines.stores.protocols import Store
from pipelines.streams import by_customer, owned


def place(store: Store, taxonomy: Taxonomy) -> int:
    """Place every conversation of the customers with events anew; returns how many changed. Twice is once.

    Where another event had placed a conversation, its words are asked again, so that events may come in at any time
    and in any order.
    """
    return store.signals.summarise(_moved(store, taxonomy))


def _moved(store: Store, taxonomy: Taxonomy) -> Iterator[Summary]:
    for customer, items in by_customer(owned(store.customers.contacts()), owned(store.events.all())):
        events = [i for i in items if isinstance(i, Event)]
        for contact in (i for i in items if isinstance(i, Contact) and customer and events):
            event, known = last(events, contact.at, taxonomy), witness(contact.summary)
            if known and known == event and contact.summary.stage == taxonomy.events[event]:
                continue
            words = said(store, contact) if known else contact.summary
            if (anew := placed(words, event, taxonomy)) != contact.summary:
                yield anew


def said(store: Store, contact: Contact, *, before: datetime | None = None) -> Summary:
    """What a conversation's words alone say, all of them or those of the turns before a moment."""
    signals = store.signals.of(contact.id)
    if before is not None:
        times = {turn.number: turn.at or contact.at for turn in store.conversations.get(contact.id).turns}
        signals = [s for s in signals if times[s.segment.turn] < before]
    return replace(summary(contact.id, signals), language=contact.summary.language)
