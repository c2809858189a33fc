"""Events from a CSV: customer, event, at, value, and the order that they are of."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from nlp.customer import Event
from nlp.errors import BadRecord
from pipelines.sources._events import event
from pipelines.sources._records import DeadRecord, Options
from pipelines.sources._values import Same, clean, identified, identifier, time, zone
from pipelines.sources.table import csv_rows


def read(path: Path, options: Options) -> Iterator[Event | Same | BadRecord]:
    """`customer` is "kind:value" or an id; redact it before storing. A repeated row is one event: same row, same id."""
    tz = zone(options.timezone)
    for number, row in csv_rows(path, options):
        try:
            if isinstance(row, BadRecord):
                raise row
            found = _event(row, tz, options)
            yield found
            if order := identifier("order", row.get("order")):
                yield Same((found.customer, order))
        except BadRecord as bad:
            yield DeadRecord(bad.reason, bad.field, bad.value, str(path), number)


def _event(row: Mapping[str, str], tz: ZoneInfo, options: Options) -> Event:
    customer, name = identified(row.get("customer")), clean(row.get("event")).strip()
    for field, value in (("customer", customer), ("event", name)):
        if not value:
            raise BadRecord("an event needs a customer, an event and a time", field, "")
    at, _ = time(row.get("at"), "at", tz)
    return event(options, customer, name, at, row.get("value"))
