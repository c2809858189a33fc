"""The audit log in a table whose triggers refuse changes."""

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select

from pipelines.stores.database import Database
from pipelines.stores.protocols.audits import Audit
from pipelines.stores.schema import audits

A = audits.c


class Audits:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: Audit) -> Audit:
        with self._database.write() as connection:
            return add(connection, entry)

    def page(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        who: str = "",
        what: str = "",
        subject: str = "",
        before: int | None = None,
        limit: int = 50,
    ) -> list[Audit]:
        statement = select(audits).order_by(A.number.desc()).limit(limit)
        if since:
            statement = statement.where(A.at >= since)
        if until:
            statement = statement.where(A.at < until)
        if before is not None:
            statement = statement.where(A.number < before)
        if what:
            statement = statement.where(or_(A.what == what, A.what.startswith(f"{what}.", autoescape=True)))
        for column, given in ((A.who, who), (A.subject, subject)):
            if given:
                statement = statement.where(column == given)
        with self._database.read() as connection:
            return [Audit(**row) for row in connection.execute(statement).mappings()]


def add(connection: Connection, entry: Audit) -> Audit:
    row = {**asdict(entry), "counts": dict(entry.counts)}
    del row["number"]
    (number,) = connection.execute(insert(audits).values(**row)).inserted_primary_key  # type: ignore[misc]
    return replace(entry, number=number)
