"""Streams in order of customer, read side by side: one customer in memory at a time."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

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
