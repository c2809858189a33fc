"""What customers did: their events."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select

from nlp.customer import Event, in_order
from pipelines.stores.conversations import linked
from pipelines.stores.database import Database
from pipelines.stores.schema import events

_EVENTS = events
COLUMNS = (events.c.id, events.c.customer, events.c.name, events.c.at, events.c.value)


class Events:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, events: Iterable[Event]) -> int:
        """Under the customers that their identifiers belong to by now. Returns how many were new or changed."""
        found = list(events)
        with self._database.write() as connection:
            owners = linked(connection, {event.customer for event in found})
            given = [asdict(event) | {"customer_given": event.customer} for event in found]
            rows = [row | {"customer": owners.get(row["customer"], row["customer"])} for row in given]
            return self._database.upsert_changed(connection, _EVENTS, rows)

    def of(self, customer: str, *, until: datetime | None = None) -> list[Event]:
        """Oldest first; `until` is exclusive."""
        statement = select(*COLUMNS).where(events.c.customer == customer)
        if until:
            statement = statement.where(events.c.at < until)
        with self._database.read() as connection:
            return sorted((Event(*row) for row in connection.execute(statement)), key=in_order)

    def all(self, among: Sequence[str] = ()) -> Iterator[Event]:
        chosen = select(*COLUMNS).where(events.c.customer.in_(among)) if among else select(*COLUMNS)
        found = self._database.stream(chosen.order_by(events.c.customer, events.c.at))
        for _, rows in groupby(found, key=itemgetter(1)):
            yield from sorted((Event(*row) for row in rows), key=in_order)
