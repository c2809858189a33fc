"""What discoveries say of themselves."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from nlp.themes.quality import Quality
from pipelines.stores.database import Database
from pipelines.stores.schema import discoveries, qualities

Q = qualities.c


class Qualities:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, run: str) -> Quality | None:
        with self._database.read() as connection:
            row = connection.execute(select(qualities).where(Q.run == run)).first()
        return _quality(row) if row else None

    def page(self, *, limit: int = 50) -> list[Quality]:
        statement = select(qualities).join(discoveries, discoveries.c.run == Q.run)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(discoveries.c.number.desc()).limit(limit))
            return [_quality(row) for row in rows]


def _quality(row: Row[Any]) -> Quality:
    return Quality(**{**row._mapping, "reasons": tuple(row.reasons)})


def write_quality(connection: Connection, run: str, quality: Quality | None) -> None:
    """In place of what the run had. Part of the transaction that stores a discovery."""
    connection.execute(delete(qualities).where(Q.run == run))
    if quality:
        connection.execute(insert(qualities), [asdict(quality)])
