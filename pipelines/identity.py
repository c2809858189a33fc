"""One customer over sources: what sources claim and people decide is kept, and who is one follows from all of it."""

from collections.abc import Iterable

from nlp.identity.claim import Claim, claims
from nlp.identity.resolution import Resolution
from nlp.identity.resolution import resolve as resolved
from pipelines.stores.protocols import Store


class Claims:
    """What the contacts of a run claim."""

    def __init__(self) -> None:
        self.found: list[Claim] = []

    def add(self, _customer: str, identifiers: Iterable[tuple[str, str]]) -> None:
        self.found += claims(identifiers, "customers")


def resolution(store: Store) -> Resolution:
    """Who is one customer, by everything that the store holds; nothing is written."""
    return resolved(store.identity.claims(), store.identity.decisions(), store.identity.matches())


def resolve(store: Store, claims: Claims) -> int:
    """Keep what was claimed, and give every conversation and event to the customer that follows from all claims.

    Returns how many conversations moved; safe to run again: nothing moves then.
    """
    store.identity.claim(claims.found)
    found = resolution(store)
    return store.identity.settle(found.links, found.conflicts)
