"""Answers that are given again to whoever asks again with the same key."""

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update

from pipelines.stores.database import Database
from pipelines.stores.protocols.jobs import Reply
from pipelines.stores.schema import replies

R = replies.c


class Replies:
    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, actor: str, key: str, request: str, at: datetime, *, since: datetime, stuck: datetime
    ) -> Reply | None:
        own = (R.actor == actor, R.key == key)
        past = or_(R.at < since, and_(R.status.is_(None), R.at < stuck))
        row = {"actor": actor, "key": key, "at": at, "request": request, "status": None, "headers": {}, "body": b""}
        with self._database.write() as connection:
            connection.execute(delete(replies).where(*own, past))
            statement = self._database.backend.insert(replies).values(row).on_conflict_do_nothing()
            if connection.execute(statement.returning(R.key)).first():
                return None
            columns = (R.request, R.at, R.status, R.headers, R.body)
            return Reply(*connection.execute(select(*columns).where(*own)).one())

    def answer(self, actor: str, key: str, reply: Reply) -> None:
        told = {"status": reply.status, "headers": dict(reply.headers), "body": reply.body}
        with self._database.write() as connection:
            connection.execute(update(replies).where(R.actor == actor, R.key == key).values(told))

    def forget(self, actor: str, key: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(replies).where(R.actor == actor, R.key == key))

    def drop(self, before: datetime) -> int:
        with self._database.write() as connection:
            return connection.execute(delete(replies).where(R.at < before)).rowcount
