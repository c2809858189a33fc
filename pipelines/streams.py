"""Streams in order of customer, read side by side: one customer in memory at a time."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from nlp.customer import Event
from nlp.journeys.contact import Contact, Mention

T = TypeVar("T")
Owned = TypeVar("Owned", Contact, Event, Mention)


def by_customer(*streams: Iterable[tuple[str, T]]) -> Iterator[tuple[str, list[T]]]:
    """(customer, items) of all streams together; those of an earlier stream come first."""
    for customer, pairs in groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
        yield customer, [item for _, item in pairs]


def owned(items: Iterable[Owned]) -> Iterator[tuple[str, Owned]]:
    """Each item with its customer."""
    return ((item.customer, item) for item in items)


def beside(*streams: Iterable[Any]) -> Iterator[tuple[str, Sequence[list[Any]]]]:
    """(customer, their items of each stream) of items that have a `customer`. Whole customers are merged, not items: of
    millions that costs a third."""
    for customer, found in groupby(merge(*map(_runs, range(len(streams)), streams)), key=itemgetter(0)):
        parts: list[list[Any]] = [[] for _ in streams]
        for _, place, items in found:
            parts[place] = items
        yield customer, parts


def _runs(place: int, stream: Iterable[Any]) -> Iterator[tuple[str, int, list[Any]]]:
    """No two are alike in their first two fields: items are never compared."""
    for customer, items in groupby(stream, key=attrgetter("customer")):
        yield customer, place, list(items)
