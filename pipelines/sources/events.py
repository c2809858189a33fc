"""Events from a CSV: customer, event, at, value, and the order that they are of."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from nlp.customer import Event
from nlp.errors import BadRecord
from pipelines.sources._dates import Dates
from pipelines.sources._events import event
from pipelines.sources._records import DeadRecord, Options
from pipelines.sources._values import Same, clean, identified, identifier
from pipelines.sources.table import csv_rows, mapping_of


def read(path: Path, options: Options) -> Iterator[Event | Same | BadRecord]:
    """`customer` is "kind:value" or an id; redact it before storing. A repeated row is one event: same row, same id.

    Of a mapping `dates` and `timezone` tell how times are meant.
    """
    dates = Dates.of(mapping_of(options.mapping), options.timezone)
    for number, row in csv_rows(path, options):
        try:
            if isinstance(row, BadRecord):
                raise row
            found = _event(row, dates, options)
            yield found
            if order := identifier("order", row.get("order")):
                yield Same((found.customer, order))
        except BadRecord as bad:
            yield DeadRecord(bad.reason, bad.field, bad.value, str(path), number)


def _event(row: Mapping[str, str], dates: Dates, options: Options) -> Event:
    customer, name = identified(row.get("customer")), clean(row.get("event")).strip()
    for field, value in (("customer", customer), ("event", name)):
        if not value:
            raise BadRecord("an event needs a customer, an event and a time", field, "")
    at, _ = dates.time(row.get("at"), "at")
    return event(options, customer, name, at, row.get("value"))
