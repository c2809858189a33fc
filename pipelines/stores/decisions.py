"""Logs of what people decided of two things: lines are added, never changed."""

from dataclasses import asdict, replace

from sqlalchemy import Table, func, insert, select

from nlp.identity.claim import Decision
from pipelines.stores.conversations import UNSTORABLE
from pipelines.stores.database import Database


def add_decision(database: Database, log: Table, decision: Decision) -> Decision:
    """Characters that a database refuses are replaced."""
    who, note = (UNSTORABLE.sub("\ufffd", text) for text in (decision.who, decision.note))
    number = func.coalesce(func.max(log.c.number), 0) + 1
    with database.write() as connection:
        database.backend.lock(connection)
        added = replace(decision, who=who, note=note, number=connection.execute(select(number)).scalar_one())
        connection.execute(insert(log), [asdict(added)])
    return added


def read_decisions(database: Database, log: Table) -> list[Decision]:
    with database.read() as connection:
        return [Decision(**row) for row in connection.execute(select(log).order_by(log.c.number)).mappings()]
