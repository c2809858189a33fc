"""Facts of all customers out of the store: what each said and did, one customer in memory at a time."""

from collections.abc import Iterator

from nlp.customer import Event
from nlp.journeys.contact import Contact, Mention
from nlp.journeys.facts import Facts, facts
from pipelines.journeys import events_of
from pipelines.stores.protocols import Filter, Store
from pipelines.streams import by_customer, owned


def everyone(store: Store, filter: Filter = Filter()) -> Iterator[tuple[str, Facts]]:
    """(customer, facts) by id, as known now; conversations of nobody known are left out."""
    contacts, mentions = store.customers.contacts(filter), store.themes.mentions(filter)
    for customer, items in by_customer(owned(contacts), owned(events_of(store, filter)), owned(mentions)):
        spoke = [i for i in items if isinstance(i, Contact)]
        did = [i for i in items if isinstance(i, Event)]
        if customer and (spoke or did):
            yield customer, facts(spoke, did, (i for i in items if isinstance(i, Mention)))
