"""What features are read from in real time: facts, and whose are stale."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select

from nlp.journeys.facts import Facts
from pipelines.stores.database import Database, chunks
from pipelines.stores.schema import online_features, stale_features

O, S = online_features.c, stale_features.c  # noqa: E741


class Features:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, customer: str) -> Facts | None:
        """One statement: what is read is of one moment."""
        stale = select(S.number).where(S.customer == customer).exists()
        with self._database.read() as connection:
            kept = connection.execute(select(O.facts).where(O.customer == customer, ~stale)).scalar()
        return None if kept is None else Facts.of_plain(kept)

    def stale(self, *, limit: int = 1_000) -> list[str]:
        waiting = select(S.customer).group_by(S.customer).order_by(func.min(S.number)).limit(limit)
        with self._database.read() as connection:
            return list(connection.execute(waiting).scalars())

    def waiting(self) -> int:
        with self._database.read() as connection:
            return connection.execute(select(func.count(S.customer.distinct()))).scalar_one()

    def marks(self, customers: Sequence[str]) -> list[int]:
        found: list[int] = []
        with self._database.read() as connection:
            for ids in chunks(customers):
                found += connection.execute(select(S.number).where(S.customer.in_(ids))).scalars()
        return found

    def put(self, facts: Mapping[str, Facts | None], marks: Sequence[int]) -> None:
        rows = [{"customer": customer, "facts": own.plain()} for customer, own in facts.items() if own]
        gone = [customer for customer, own in facts.items() if own is None]
        with self._database.write() as connection:
            self._database.upsert(connection, online_features, rows)
            for ids in chunks(gone):
                connection.execute(delete(online_features).where(O.customer.in_(ids)))
            for numbers in chunks(marks):
                connection.execute(delete(stale_features).where(S.number.in_(numbers)))
