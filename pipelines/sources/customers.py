"""Customers from a CRM's CSV: id, name, email, handle, phone, and any further columns as attributes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from nlp.customer import Customer
from nlp.errors import BadRecord
from pipelines.sources._records import DeadRecord, Options
from pipelines.sources._values import Contact, clean, identifier
from pipelines.sources.table import csv_rows

KINDS = {"id": "id", "email": "email", "phone": "phone", "handle": "x", "name": "name"}


def read(path: Path, options: Options) -> Iterator[Contact | BadRecord]:
    """A row without id is yielded as a DeadRecord; so is a second row of one id."""
    seen: set[str] = set()
    for number, row in csv_rows(path, options):
        bad = row if isinstance(row, BadRecord) else _fault(row, seen)
        if bad:
            yield DeadRecord(bad.reason, bad.field, bad.value, str(path), number)
            continue
        found = [identifier(kind, row.get(column)) for column, kind in KINDS.items()]
        seen.add(found[0])
        attributes = {clean(k): _number(clean(v)) for k, v in row.items() if k not in KINDS and v}
        yield Contact(Customer(found[0], attributes), tuple(filter(None, found)))


def _fault(row: Mapping[str, str], seen: set[str]) -> BadRecord | None:
    key = identifier("id", row.get("id"))
    if not key:
        return BadRecord("a customer needs an id", "id", "")
    return BadRecord("a second row with this id; the first is kept", "id", key) if key in seen else None


def _number(value: str) -> str | float:
    plain = value.removeprefix("-").replace(".", "", 1)
    return float(value) if plain.isascii() and plain.isdigit() and len(plain) < 16 else value
