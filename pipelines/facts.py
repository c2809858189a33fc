"""Facts out of the store: what each customer said and did, now or as known before a moment; one customer at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from nlp.customer import Event
from nlp.journeys.contact import Contact, handed
from nlp.journeys.facts import Facts, facts, ticks
from nlp.journeys.outcomes import last_seen
from nlp.journeys.placing import placed
from nlp.taxonomy import Taxonomy
from pipelines.journeys import events_of, shipped
from pipelines.placing import said
from pipelines.stores.protocols import Filter, Store
from pipelines.streams import beside

MANY = 2_000
"""From so many stale customers on, all are read in one pass, not each by itself."""


def everyone(
    store: Store, filter: Filter = Filter(), *, at: datetime | None = None, taxonomy: Taxonomy | None = None
) -> Iterator[tuple[str, Facts]]:
    """(customer, facts) by id, as known before `at`, or now; conversations of nobody known are left out."""
    if replace(filter, customers=()) == Filter() and at is None and store.features.waiting() <= MANY:
        yield from _gathered(store, filter.customers)
        return
    contacts, mentions = store.customers.contacts(filter), store.themes.mentions(filter)
    for customer, (spoke, did, raised) in beside(contacts, events_of(store, filter), mentions):
        if customer and (spoke or did):
            yield customer, facts(_as_of(store, spoke, did, at, taxonomy or shipped()), did, raised, at=at)


def _gathered(store: Store, among: Sequence[str]) -> Iterator[tuple[str, Facts]]:
    """The same of everybody, or of those named, now: from the rows that are kept for reading online, and anew where
    they are stale."""
    for customer, kept in store.features.everyone(among):
        own = kept or of_now(store, customer)
        if own:
            yield customer, own


def of_now(store: Store, customer: str) -> Facts | None:
    """A customer's facts, None where nothing is stored of them."""
    own = Filter(customer=customer)
    events, contacts = store.events.of(customer), list(store.customers.contacts(own))
    return facts(contacts, events, store.themes.mentions(own)) if events or contacts else None


def told_until(journeys: Iterable[Facts]) -> int:
    """The last moment of which the facts tell, microseconds; what is dated in the future does not count."""
    return last_seen(journeys, now=ticks(datetime.now(UTC)))


def known(store: Store, customer: str, at: datetime, taxonomy: Taxonomy) -> Facts:
    """A customer's facts as they were known before `at`. Raises NotFound."""
    events, own = store.events.of(customer), Filter(customer=customer)
    if not events:
        store.customers.get(customer)
    spoke = _as_of(store, store.customers.contacts(own), events, at, taxonomy)
    return facts(spoke, events, store.themes.mentions(own), at=at)


def _as_of(
    store: Store, contacts: Iterable[Contact], events: Sequence[Event], at: datetime | None, taxonomy: Taxonomy
) -> Iterator[Contact]:
    """A conversation that went on at or after `at` is summarised from what was said before."""
    for contact in contacts:
        if at and contact.at < at <= contact.last_at:
            words = said(store, contact, taxonomy, before=at)
            talk = store.conversations.get(contact.id)
            turns = [t for t in talk.turns if (t.at or contact.at) < at]
            found = placed(words, events, contact.at, taxonomy)
            yield replace(contact, summary=found, handed=handed(turns, talk.metadata))
        else:
            yield contact
