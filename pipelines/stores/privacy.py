"""Keys, refusals, and the log of what was done for privacy."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from pipelines.stores.database import Database, chunks
from pipelines.stores.protocols.privacy import Audit
from pipelines.stores.schema import audits, key_marks, refusals

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

    def audit(self, entry: Audit) -> Audit:
        number = func.coalesce(func.max(audits.c.number), 0) + 1
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            added = replace(entry, number=connection.execute(select(number)).scalar_one())
            connection.execute(insert(audits), [asdict(added) | {"counts": dict(entry.counts)}])
        return added

    def audits(self) -> list[Audit]:
        with self._database.read() as connection:
            rows = connection.execute(select(audits).order_by(audits.c.number)).mappings()
            return [Audit(**row) for row in rows]
