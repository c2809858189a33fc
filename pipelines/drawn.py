"""Customers drawn where all are too many for a page: the same ones each time, whole, so that shares and their intervals
are those of all within what chance makes of a sample."""

from dataclasses import dataclass, replace
from zlib import crc32

from pipelines.stores.protocols import Filter, Store

CONTACTS = 4_000
"""Conversations of those that are drawn, at most: what a page reads in well under a second."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """`filter` chooses the conversations of `customers` customers, of `of` who wrote; all where they are equal."""

    filter: Filter
    customers: int
    of: int

    @property
    def all(self) -> bool:
        return self.customers == self.of


def drawn(store: Store, filter: Filter = Filter(), *, contacts: int = CONTACTS) -> Drawn:
    """Customers in the order of a hash of theirs, until they have so many of the filtered conversations."""
    wrote = store.customers.wrote(filter)
    if sum(wrote.values()) <= contacts:
        return Drawn(filter, len(wrote), len(wrote))
    kept, left = list[str](), contacts
    for customer in sorted(wrote, key=_place):
        left -= wrote[customer]
        if left < 0 and kept:  # one customer at least, however often they wrote
            break
        kept.append(customer)
    return Drawn(replace(filter, customers=tuple(sorted(kept))), len(kept), len(wrote))


def _place(customer: str) -> tuple[int, str]:
    return crc32(customer.encode()), customer
