"""What features are read from in real time: facts, and whose are stale."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, case, delete, func, null, select, union_all

from nlp.journeys.facts import Facts
from pipelines.stores.database import Database, chunks
from pipelines.stores.outbox import announce, listening
from pipelines.stores.protocols.features import Mark, Tell
from pipelines.stores.schema import online_features, stale_features, told_customers

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

    def everyone(self, among: Sequence[str] = ()) -> Iterator[tuple[str, Facts | None]]:
        stale = select(S.customer).where(S.customer == O.customer).exists()
        kept = select(O.customer, case((~stale, O.facts)).label("facts"))
        new = select(S.customer, null()).distinct().where(~select(O.customer).where(O.customer == S.customer).exists())
        if among:
            kept, new = kept.where(O.customer.in_(among)), new.where(S.customer.in_(among))
        both = union_all(kept, new).subquery()
        for customer, facts in self._database.stream(select(both.c.customer, both.c.facts).order_by(both.c.customer)):
            yield customer, None if facts is None else Facts.of_plain(facts)

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

    def marked(self) -> Iterator[Mark]:
        for row in self._database.stream(select(S.customer, S.number).order_by(S.customer, S.number)):
            yield Mark(*row)

    def put(self, facts: Mapping[str, Facts | None], marks: Sequence[int], *, tell: Tell | None = None) -> None:
        rows = [{"customer": customer, "facts": own.plain()} for customer, own in facts.items() if own]
        gone = [customer for customer, own in facts.items() if own is None]
        with self._database.write() as connection:
            self._database.upsert(connection, online_features, rows)
            for ids in chunks(gone):
                connection.execute(delete(online_features).where(O.customer.in_(ids)))
            for numbers in chunks(marks):
                connection.execute(delete(stale_features).where(S.number.in_(numbers)))
            if tell and listening(connection):
                self._tell(connection, facts, tell)

    def _tell(self, connection: Connection, facts: Mapping[str, Facts | None], tell: Tell) -> None:
        """Of those of whom something else was said or done than when they were told last."""
        last: dict[str, tuple[str, str]] = {}
        for ids in chunks(facts):
            rows = connection.execute(select(told_customers).where(told_customers.c.customer.in_(ids)))
            last |= {customer: (stage, digest) for customer, stage, digest in rows}
        hashes = {customer: _hash(own or Facts()) for customer, own in facts.items()}
        new = [id for id, own in facts.items() if last.get(id, ("", _hash(Facts())))[1] != hashes[id]]
        messages = list(tell([(id, facts[id] or Facts(), last[id][0] if id in last else None) for id in new]))
        rows_told = [
            {"customer": id, "stage": m.data["stage"], "facts_hash": hashes[id]}
            for id, m in zip(new, messages, strict=True)
        ]
        self._database.upsert(connection, told_customers, rows_told)
        announce(self._database, connection, messages)


def _hash(facts: Facts) -> str:
    return hashlib.sha256(json.dumps([facts.said, facts.done]).encode()).hexdigest()
