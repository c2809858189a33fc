"""What became of themes at each discovery."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, or_, select

from nlp.themes.lineage import Fact
from pipelines.stores.database import Database
from pipelines.stores.schema import discoveries, lineage

L = lineage.c


class Lineage:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, theme: str) -> list[Fact]:
        with self._database.read() as connection:
            rows = connection.execute(_facts().where(or_(L.theme == theme, L.other == theme)))
            return [Fact(*row) for row in rows]

    def all(self) -> Iterator[Fact]:
        return (Fact(*row) for row in self._database.stream(_facts()))


def _facts() -> Select[Any]:
    columns = (L.run, L.at, L.theme, L.kind, L.other, L.share)
    return select(*columns).join(discoveries, discoveries.c.run == L.run).order_by(discoveries.c.number, L.theme)


def write_facts(connection: Connection, run: str, facts: Iterable[Fact]) -> None:
    """In place of those that the run had. Part of the transaction that stores a discovery."""
    connection.execute(delete(lineage).where(L.run == run))
    if rows := [asdict(fact) for fact in facts]:
        connection.execute(insert(lineage), rows)
