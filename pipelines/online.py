"""Facts at hand: each customer's in one row, gathered anew as soon as anything of theirs has changed.

The store notes whose conversations, findings, events or themes changed, whoever changed them (`stores/features.py`).
Here those customers' conversations are placed by their events, and their facts gathered. Between the two, features are
read from all that is stored: slower, never wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from nlp.journeys.facts import Facts, facts
from nlp.journeys.placing import placed
from nlp.taxonomy import Taxonomy
from pipelines.changes import told
from pipelines.facts import MANY
from pipelines.placing import place
from pipelines.stores.protocols import Filter, Store
from pipelines.streams import beside

BATCH = 200


def refresh(store: Store, taxonomy: Taxonomy) -> int:
    """Place and gather whoever is stale; returns how many conversations changed their place. Safe to kill and rerun."""
    if store.features.waiting() > MANY:
        return _all(store, taxonomy)
    moved = 0
    while customers := store.features.stale(limit=BATCH):
        moved += gather(store, customers, taxonomy)
    return moved


def gather(store: Store, customers: Sequence[str], taxonomy: Taxonomy) -> int:
    """The same for some customers, whether they are stale or not."""
    marks, moved = store.features.marks(customers), 0
    found: dict[str, Facts | None] = {}
    for customer in customers:
        found[customer], changed = _gathered(store, customer, taxonomy)
        moved += changed
    store.features.put(found, marks, tell=told(taxonomy))
    return moved + (gather(store, customers, taxonomy) if moved else 0)  # being placed has changed them, too


def _gathered(store: Store, customer: str, taxonomy: Taxonomy) -> tuple[Facts | None, int]:
    """A customer's facts, None where nothing is left of them; and how many conversations changed their place."""
    own, events = Filter(customer=customer), store.events.of(customer)
    contacts = list(store.customers.contacts(own))
    if not contacts and not events:
        return None, 0
    anew = [replace(c, summary=placed(c.summary, events, c.at, taxonomy)) for c in contacts]
    changed = [new.summary for new, old in zip(anew, contacts, strict=True) if new != old]
    moved = store.signals.summarise(changed) if changed else 0
    return facts(anew, events, store.themes.mentions(own)), moved


def _all(store: Store, taxonomy: Taxonomy) -> int:
    """In flat memory. Those who are noted after the marks were read stay stale."""
    moved = place(store, taxonomy)
    stale = _stale(store)
    while part := list(islice(stale, MANY)):
        numbers = [number for _, _, marks in part for number in marks]
        store.features.put({customer: own for customer, own, _ in part}, numbers, tell=told(taxonomy))
    return moved


def _stale(store: Store) -> Iterator[tuple[str, Facts | None, list[int]]]:
    """(customer, facts, marks) of all who are stale. Marks are read before what they tell of."""
    marks = store.features.marked()
    first = list(islice(marks, 1))
    streams = (store.customers.contacts(), store.events.all(), store.themes.mentions())
    for customer, (noted, spoke, did, raised) in beside(chain(first, marks), *streams):
        if noted:
            own = facts(spoke, did, raised) if spoke or did else None
            yield customer, own, [mark.number for mark in noted]
