"""Jobs: put, claimed by one worker each, told of and ended."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from nlp.errors import NotFound
from pipelines.stores.database import Database
from pipelines.stores.order import Place, ordered
from pipelines.stores.protocols.jobs import Job
from pipelines.stores.schema import jobs

J = jobs.c
SORTS: dict[str, ColumnElement[Any]] = {"created_at": J.created_at}


class Jobs:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, job: Job) -> None:
        row = asdict(job) | {"options": dict(job.options), "result": dict(job.result)}
        with self._database.write() as connection:
            self._database.upsert(connection, jobs, [row])

    def get(self, id: str) -> Job:
        with self._database.read() as connection:
            row = connection.execute(select(jobs).where(J.id == id)).first()
        if not row:
            raise NotFound(f"no job {id!r}")
        return Job(*row)

    def page(
        self,
        *,
        state: str = "",
        kind: str = "",
        sort: str = "-created_at",
        place: Place | None = None,
        limit: int = 50,
    ) -> list[Job]:
        statement = ordered(select(jobs), SORTS, J.id, sort=sort, place=place).limit(limit)
        for column, value in ((J.state, state), (J.kind, kind)):
            statement = statement.where(column == value) if value else statement
        with self._database.read() as connection:
            return [Job(*row) for row in connection.execute(statement)]

    def claim(self, worker: str, at: datetime) -> Job | None:
        oldest = select(J.id).where(J.state == "queued").order_by(J.created_at, J.id).limit(1)
        begun = {"state": "running", "worker": worker, "started_at": at, "beat_at": at, "attempts": J.attempts + 1}
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            id = connection.execute(oldest).scalar()
            if id is None:
                return None
            connection.execute(update(jobs).where(J.id == id).values(begun))
            return Job(*connection.execute(select(jobs).where(J.id == id)).one())

    def beat(self, id: str, at: datetime, *, step: str, done: int, total: int | None) -> bool:
        told = {"beat_at": at, "step": step, "done": done, "total": total}
        with self._database.write() as connection:
            connection.execute(update(jobs).where(J.id == id, J.state == "running").values(told))
            return bool(connection.execute(select(J.cancelling).where(J.id == id)).scalar())

    def end(
        self, id: str, state: str, at: datetime, *, result: Mapping[str, Any] | None = None, error: str = ""
    ) -> None:
        ended = {"state": state, "finished_at": at, "result": dict(result or {}), "error": error}
        with self._database.write() as connection:
            connection.execute(update(jobs).where(J.id == id, J.state == "running").values(ended))

    def cancel(self, id: str, at: datetime) -> Job:
        with self._database.write() as connection:
            waiting = update(jobs).where(J.id == id, J.state == "queued")
            connection.execute(waiting.values(state="cancelled", finished_at=at))
            connection.execute(update(jobs).where(J.id == id, J.state == "running").values(cancelling=True))
        return self.get(id)

    def requeue(self, job: Job, state: str, at: datetime, *, error: str = "") -> bool:
        same = (J.id == job.id, J.state == "running", J.worker == job.worker, J.attempts == job.attempts)
        given = {"state": state, "worker": "", "error": error, "finished_at": None if state == "queued" else at}
        with self._database.write() as connection:
            return connection.execute(update(jobs).where(*same).values(given)).rowcount == 1
