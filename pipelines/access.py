"""Everything that a store holds of one customer, for whom asks what is known of them."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from nlp.conversation import Conversation
from nlp.errors import NotFound
from nlp.signal import Summary
from pipelines.forgetting import one_customer
from pipelines.identity import resolution
from pipelines.stores.protocols import Filter, Store

PAGE = 200


def access(store: Store, named: str) -> dict[str, Any]:
    """Identifiers, attributes, events, and conversations with what was found in them, JSON-ready but for times.

    Raises NotFound where the store holds nothing of this pseudonym.
    """
    found = resolution(store)
    theirs = sorted(one_customer(found, [named]))
    customer = found.links.get(named, named)
    talks = [_told(store, *row) for one in theirs for row in _talks(store, one)]
    events = [asdict(event) for one in theirs for event in store.events.of(one)]
    attributes = _attributes(store, customer)
    if not (talks or events or attributes or len(theirs) > 1):
        raise NotFound(f"nothing is kept of {named!r}: give a pseudonym, or kind:value")
    return {
        "customer": customer,
        "identifiers": [{"pseudonym": one, "kind": found.graph.kinds.get(one, "")} for one in theirs],
        "attributes": attributes,
        "events": events,
        "conversations": talks,
    }


def _attributes(store: Store, customer: str) -> dict[str, Any]:
    try:
        return dict(store.customers.get(customer).attributes)
    except NotFound:
        return {}


def _talks(store: Store, customer: str) -> Iterator[tuple[Conversation, Summary | None]]:
    after = ""
    while page := store.conversations.page(Filter(customer=customer), after=after, limit=PAGE):
        yield from page
        after = page[-1][0].id


def _told(store: Store, talk: Conversation, summary: Summary | None) -> dict[str, Any]:
    signals = [asdict(signal) for signal in store.signals.of(talk.id)]
    return {**asdict(talk), "summary": summary and asdict(summary), "signals": signals}
