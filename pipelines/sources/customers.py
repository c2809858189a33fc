"""Customers from a CRM's CSV: id, name, email, handle, phone, and any further columns as attributes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from nlp.customer import Customer
from nlp.errors import BadRecord
from nlp.vocabulary import plain
from pipelines.sources._records import DeadRecord, Options
from pipelines.sources._values import Contact, clean, identifier
from pipelines.sources.table import csv_rows, mapping_of

COLUMNS = {
    "id": ("id", "customer_id", "contact_id", "account_id", "record_id"),
    "email": ("email", "e_mail", "email_address", "second_email"),
    "phone": ("phone", "phone_number", "mobile", "mobile_phone", "telephone"),
    "handle": ("handle", "x_handle", "twitter", "twitter_handle"),
    "name": ("name", "full_name", "customer_name", "contact_name"),
}
"""What CRMs call a column, in plain spelling; a mapping may name others."""
KINDS = {"id": "id", "email": "email", "phone": "phone", "handle": "x", "name": "name"}


def read(path: Path, options: Options) -> Iterator[Contact | BadRecord]:
    """A row without id is yielded as a DeadRecord; so is a second row of one id."""
    seen: set[str] = set()
    columns = _columns(mapping_of(options.mapping))
    for number, row in csv_rows(path, options):
        bad = row if isinstance(row, BadRecord) else _fault(row, columns, seen)
        if bad:
            yield DeadRecord(bad.reason, bad.field, bad.value, str(path), number)
            continue
        found = _identifiers(row, columns)
        seen.add(found[0])
        attributes = {
            options.names.fact(clean(name)): _number(clean(value))
            for name, value in row.items()
            if plain(name) not in columns and value
        }
        yield Contact(Customer(found[0], attributes), found)


def _columns(mapping: Mapping[str, object]) -> dict[str, str]:
    """Plain spelling of a column -> its kind of identifier; what a mapping names comes first."""
    told = {plain(str(mapping[name])): KINDS[name] for name in COLUMNS if mapping.get(name)}
    return told | {column: KINDS[name] for name, spelled in COLUMNS.items() for column in spelled if column not in told}


def _identifiers(row: Mapping[str, str], columns: Mapping[str, str]) -> tuple[str, ...]:
    """The id's first."""
    told = {plain(name): value for name, value in row.items()}
    found = [identifier(kind, told.get(column)) for column, kind in columns.items()]
    return tuple(sorted(filter(None, dict.fromkeys(found)), key=lambda one: not one.startswith("id:")))


def _fault(row: Mapping[str, str], columns: Mapping[str, str], seen: set[str]) -> BadRecord | None:
    key = next((one for one in _identifiers(row, columns) if one.startswith("id:")), "")
    if not key:
        return BadRecord("a customer needs an id", "id", "")
    return BadRecord("a second row with this id; the first is kept", "id", key) if key in seen else None


def _number(value: str) -> str | float:
    plain = value.removeprefix("-").replace(".", "", 1)
    return float(value) if plain.isascii() and plain.isdigit() and len(plain) < 16 else value
