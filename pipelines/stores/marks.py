"""Up to when each source has been read."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from pipelines.stores.database import Database
from pipelines.stores.schema import marks


class Marks:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, datetime]:
        with self._database.read() as connection:
            return {row.source: row.at for row in connection.execute(select(marks).order_by(marks.c.source))}

    def raise_to(self, seen: Mapping[str, datetime], *, run: str) -> None:
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            known = {row.source: row.at for row in connection.execute(select(marks))}
            newer = {source: at for source, at in seen.items() if source not in known or at > known[source]}
            rows = [{"source": source, "at": at, "run": run} for source, at in newer.items()]
            self._database.upsert(connection, marks, rows)
