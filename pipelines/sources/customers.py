"""Customers from a CRM's CSV: id, name, email, handle, phone, and any further columns as attributes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.customer import Customer
from nlp.errors import BadRecord
from nlp.vocabulary import Vocabulary, plain
from pipelines.sources._dates import Dates
from pipelines.sources._records import DeadRecord, Options
from pipelines.sources._seen import Seen
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


@dataclass(frozen=True, slots=True)
class Layout:
    """What each column of a header holds: (kind of identifier, column), and (name of the attribute, column)."""

    identifiers: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, header: Iterable[str], kinds: Mapping[str, str], names: Vocabulary) -> "Layout":
        told = {plain(column): column for column in header}
        further = [column for column in header if plain(column) not in kinds]
        return cls(
            tuple((kind, told[name]) for name, kind in kinds.items() if name in told),
            tuple((names.fact(clean(column)), column) for column in further),
        )


def read(path: Path, options: Options) -> Iterator[Contact | BadRecord]:
    """A row without id is yielded as a DeadRecord; so is a second row of one id.

    Where a mapping tells the order of `dates`, an attribute so written becomes ISO 8601; else it stays as it is.
    """
    mapping = mapping_of(options.mapping)
    seen, kinds, dates = Seen(), _kinds(mapping), Dates.of(mapping, options.timezone)
    layout = cache(lambda header: Layout.of(header, kinds, options.names))  # of few headers: a row may be cut short
    for number, row in csv_rows(path, options):
        try:
            if isinstance(row, BadRecord):
                raise row
            yield _contact(row, layout(tuple(row)), dates, seen)
        except BadRecord as bad:
            yield DeadRecord(bad.reason, bad.field, bad.value, str(path), number)


def _kinds(mapping: Mapping[str, object]) -> dict[str, str]:
    """Plain spelling of a column -> its kind of identifier; what a mapping names comes first."""
    told = {plain(str(mapping[name])): KINDS[name] for name in COLUMNS if mapping.get(name)}
    return told | {column: KINDS[name] for name, spelled in COLUMNS.items() for column in spelled if column not in told}


def _contact(row: Mapping[str, str], layout: Layout, dates: Dates, seen: Seen) -> Contact:
    """Its identifiers begin with the id. Raises BadRecord."""
    told = [identifier(kind, row[column]) for kind, column in layout.identifiers]
    found = tuple(sorted(filter(None, dict.fromkeys(told)), key=lambda one: not one.startswith("id:")))
    if not found or not found[0].startswith("id:"):
        raise BadRecord("a customer needs an id", "id", "")
    attributes = {
        name: _number(dates.fact(clean(row[column]), name)) for name, column in layout.attributes if row[column]
    }
    if not seen.add(found[0]):
        raise BadRecord("a second row with this id; the first is kept", "id", found[0])
    return Contact(Customer(found[0], attributes), found)


def _number(value: str) -> str | float:
    plain = value.removeprefix("-").replace(".", "", 1)
    return float(value) if plain.isascii() and plain.isdigit() and len(plain) < 16 else value
