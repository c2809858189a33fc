"""Events from a CSV: customer, event, at, value."""

import hashlib
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from nlp.customer import Event
from nlp.errors import BadRecord
from pipelines.sources._records import DeadRecord, Options
from pipelines.sources._values import clean, identified, time, zone
from pipelines.sources.table import csv_rows


def read(path: Path, options: Options) -> Iterator[Event | BadRecord]:
    """`customer` is "kind:value" or an id; redact it before storing. A repeated row is one event: same row, same id."""
    tz = zone(options.timezone)
    for number, row in csv_rows(path, options):
        try:
            if isinstance(row, BadRecord):
                raise row
            yield _event(row, tz)
        except BadRecord as bad:
            yield DeadRecord(bad.reason, bad.field, bad.value, str(path), number)


def _event(row: Mapping[str, str], tz: ZoneInfo) -> Event:
    customer = identified(row.get("customer"))
    name = clean(row.get("event")).strip().lower().replace(" ", "_")
    for field, value in (("customer", customer), ("event", name)):
        if not value:
            raise BadRecord("an event needs a customer, an event and a time", field, "")
    at, _ = time(row.get("at"), "at", tz)
    key = hashlib.sha256(f"{customer}|{name}|{at.isoformat()}|{row.get('value')}".encode()).hexdigest()[:24]
    return Event(f"events:{key}", customer, name, at, _amount(row.get("value")))


def _amount(value: str | None) -> float | None:
    if not (value or "").strip():
        return None
    try:
        amount = float(value or "")
    except ValueError as error:
        raise BadRecord("a number expected", "value", str(value)) from error
    if not math.isfinite(amount):
        raise BadRecord("a finite number expected", "value", str(value))
    return amount
