"""Customers and their events."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from nlp.customer import Customer, Event
from nlp.journeys.contact import Contact
from pipelines.stores.protocols.records import Filter


class CustomerStore(Protocol):
    def put(self, customers: Iterable[Customer]) -> int:
        """A customer's facts replace those before; dated ones one by one, the later standing (`nlp/customer.py`)."""

    def get(self, id: str) -> Customer: ...  # raises NotFound only if neither a row nor a conversation has the id

    def all(self, among: Sequence[str] = ()) -> Iterator[Customer]:
        """Those that have a row, or of those named, in order of id, each with the facts of all rows that are theirs."""

    def wrote(self, filter: Filter = Filter()) -> dict[str, int]:
        """Every customer with a filtered conversation, and how many they have."""

    def page(
        self,
        filter: Filter = Filter(),
        *,
        after: str = "",
        limit: int = 50,
        sort: str = "-conversations",
        place: tuple[Any, str] | None = None,
    ) -> list[dict[str, Any]]:
        """Everyone, or with a filter whoever has a conversation that fulfils it, told of those alone. By conversations,
        most first, then id; or by the sorts conversations, id, -id. A page goes on after a `place`, (value, id) of the
        last item of the page before, or, in the usual order, `after` its id. Keys id, conversations, channels,
        first_seen, last_seen, friction (mean), sentiment (mean), attributes."""

    def visits(self, filter: Filter = Filter()) -> Iterator[tuple[str, datetime, str, str, float, float]]:
        """Annotated conversations by customer and time: (customer, started_at, id, stage, friction, sentiment)."""

    def contacts(self, filter: Filter = Filter()) -> Iterator[Contact]:
        """Annotated conversations by customer and time, with their summaries and without their texts."""


class EventStore(Protocol):
    def put(self, events: Iterable[Event]) -> int: ...

    def of(self, customer: str, *, until: datetime | None = None) -> list[Event]: ...

    def all(self, among: Sequence[str] = ()) -> Iterator[Event]:
        """By customer and time; of some customers where they are named."""
