"""Under which keys the pseudonyms are, and who has refused to be kept."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select

from pipelines.stores.database import Database, chunks
from pipelines.stores.schema import key_marks, refusals

R = refusals.c


class Privacy:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keys(self) -> list[str]:
        with self._database.read() as connection:
            return list(connection.scalars(select(key_marks.c.fingerprint).order_by(key_marks.c.number)))

    def put_keys(self, fingerprints: Sequence[str], at: datetime) -> None:
        rows = [{"number": n, "fingerprint": mark, "at": at} for n, mark in enumerate(fingerprints)]
        with self._database.write() as connection:
            self._database.upsert(connection, key_marks, rows)

    def refusals(self, *, among: Collection[str] | None = None) -> dict[str, str]:
        every = select(R.identifier, R.why)
        wanted = [every] if among is None else [every.where(R.identifier.in_(part)) for part in chunks(among)]
        with self._database.read() as connection:
            return {row.identifier: row.why for statement in wanted for row in connection.execute(statement)}

    def refuse(self, identifiers: Iterable[str], *, why: str, at: datetime) -> int:
        added = 0
        with self._database.write() as connection:
            for part in chunks(dict.fromkeys(identifiers)):
                known = set(connection.scalars(select(R.identifier).where(R.identifier.in_(part))))
                rows = [{"identifier": one, "at": at, "why": why} for one in part if one not in known]
                self._database.upsert(connection, refusals, rows)
                added += len(rows)
        return added

    def allow(self, identifiers: Iterable[str], *, why: str) -> int:
        with self._database.write() as connection:
            statements = [delete(refusals).where(R.identifier.in_(part), R.why == why) for part in chunks(identifiers)]
            return sum(connection.execute(statement).rowcount for statement in statements)
