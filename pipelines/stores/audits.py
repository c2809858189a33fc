"""The audit log in a table whose triggers refuse changes."""

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import ColumnElement, insert, or_, select

from pipelines.stores.database import Database
from pipelines.stores.protocols.audits import Audit
from pipelines.stores.schema import audits

A = audits.c


class Audits:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: Audit) -> Audit:
        row = {**asdict(entry), "counts": dict(entry.counts)}
        del row["number"]
        with self._database.write() as connection:
            (number,) = connection.execute(insert(audits).values(**row)).inserted_primary_key  # type: ignore[misc]
        return replace(entry, number=number)

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
        for narrowed, given in (
            (A.at.__ge__, since),
            (A.at.__lt__, until),
            (A.number.__lt__, before),
            (A.who.__eq__, who),
            (A.subject.__eq__, subject),
            (_done, what),
        ):
            if given:
                statement = statement.where(narrowed(given))
        with self._database.read() as connection:
            return [Audit(**row) for row in connection.execute(statement).mappings()]


def _done(what: str) -> ColumnElement[bool]:
    return or_(A.what == what, A.what.startswith(f"{what}.", autoescape=True))
