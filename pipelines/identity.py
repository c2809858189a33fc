"""One customer over several identifiers: what a contact's identifiers are linked to, and what moves with them."""

from collections.abc import Iterable

from pipelines.stores.protocols import Store


class Claims:
    """Which customer each identifier belongs to; one that two customers claim belongs to neither."""

    def __init__(self) -> None:
        self._owner: dict[str, str] = {}

    def add(self, customer: str, identifiers: Iterable[str]) -> None:
        for identifier in identifiers:
            if self._owner.setdefault(identifier, customer) != customer:
                self._owner[identifier] = ""

    def links(self) -> dict[str, str]:
        """identifier -> customer, whatever the order in which they were added."""
        return {identifier: owner for identifier, owner in self._owner.items() if owner not in ("", identifier)}


def resolve(store: Store, claims: Claims) -> int:
    """Link what was claimed, and give each linked identifier's conversations and events to its customer.

    What was linked before stays as it is. Returns how many conversations moved; safe to run again, which it must be
    after every ingest: it may have brought conversations and events under an identifier that was linked long ago.
    """
    links = claims.links() | store.customers.links()
    store.customers.link(links.items())
    return store.conversations.recustomer(links)
