"""A company's own names: its products, itself, its competitors, its places, each with what else it is called."""

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nlp.errors import BadInput, UnknownName

TYPES = ("product", "company", "competitor", "place")
FIELDS = ("name", "type", "aliases")
SEPARATOR = ";"


@dataclass(frozen=True, slots=True)
class Name:
    """`name`: what it is counted as. `aliases`: further ways to write it, handles with their @."""

    name: str
    type: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """No two names share a way of writing, capitals aside."""

    names: tuple[Name, ...] = ()

    @classmethod
    def from_toml(cls, text: str, *, origin: str = "gazetteer") -> "Gazetteer":
        """From [[name]] tables. Raises BadInput, UnknownName naming `origin`, row, field and what is valid."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInput(f"{origin}: not valid TOML: {error}") from error
        rows = data.get("name", [])
        if set(data) - {"name"} or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadInput(
                f"{origin}: tables [[name]] expected, each with {', '.join(FIELDS)}; found: {', '.join(data)}"
            )
        return cls(_checked(((f"[[name]] {n}", row) for n, row in enumerate(rows, start=1)), origin))

    @classmethod
    def from_csv(cls, text: str, *, origin: str = "gazetteer") -> "Gazetteer":
        """From columns name, type and, where there are any, aliases, separated by ";". Raises as `from_toml` does."""
        reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), skipinitialspace=True)
        columns = [column.strip() for column in reader.fieldnames or ()]
        if missing := [name for name in FIELDS[:2] if name not in columns]:
            raise BadInput(
                f"{origin}: no column {missing[0]!r}; columns: {', '.join(columns) or 'none'}; expected: {', '.join(FIELDS)}"
            )
        reader.fieldnames = columns
        rows = ((f"row {reader.line_num}", {k: v for k, v in row.items() if v is not None}) for row in reader)
        return cls(_checked(rows, origin))

    @property
    def digest(self) -> str:
        """What changes with any name; "" where there are none."""
        return hashlib.sha256(repr(self.names).encode()).hexdigest() if self.names else ""


NOTHING = Gazetteer()


def _checked(rows: Iterable[tuple[str, dict[Any, Any]]], origin: str) -> tuple[Name, ...]:
    taken: dict[str, str] = {}
    found: list[Name] = []
    for place, row in rows:
        name = _name(row, f"{origin}, {place}")
        for written in (name.name, *name.aliases):
            if (other := taken.setdefault(written.casefold(), name.name)) != name.name or written.casefold() in _before(
                name, written
            ):
                raise BadInput(f"{origin}, {place}: {written!r} is already a name of {other!r}; each must lead to one")
        if any(other.name == name.name for other in found):
            raise BadInput(f"{origin}, {place}: name={name.name!r} is given twice; write its aliases into one row")
        found.append(name)
    return tuple(found)


def _before(name: Name, written: str) -> Iterator[str]:
    """Ways of writing that stand before this one in the same row."""
    ways = (name.name, *name.aliases)
    return (way.casefold() for way in ways[: ways.index(written)])


def _name(row: dict[Any, Any], place: str) -> Name:
    if unknown := [str(field) for field in row if field not in FIELDS]:
        raise UnknownName.of(f"field ({place})", unknown[0], FIELDS)
    name, type, aliases = row.get("name"), row.get("type"), row.get("aliases", [])
    if isinstance(aliases, str):
        aliases = aliases.split(SEPARATOR)
    if not isinstance(name, str) or not name.strip():
        raise BadInput(f"{place}: name={name!r}: a text that is not blank expected")
    if not isinstance(type, str) or type.strip() not in TYPES:
        raise UnknownName.of(f"type ({place}, name={name!r})", str(type), TYPES)
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise BadInput(f"{place}: aliases={aliases!r}: a list of texts expected, or texts separated by {SEPARATOR!r}")
    return Name(name.strip(), type.strip(), tuple(alias.strip() for alias in aliases if alias.strip()))
