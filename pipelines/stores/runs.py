"""Runs of the pipeline."""

from sqlalchemy import select

from pipelines.stores.database import Database
from pipelines.stores.protocols import Run
from pipelines.stores.schema import runs


class Runs:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, run: Run) -> None:
        figures = {"counts": dict(run.counts), "seconds": dict(run.seconds), "versions": dict(run.versions)}
        times = {"started_at": run.started_at, "finished_at": run.finished_at}
        with self._database.write() as connection:
            self._database.upsert(connection, runs, [{"id": run.id, **times, "status": run.status, **figures}])

    def page(self, *, limit: int = 50) -> list[Run]:
        statement = select(runs).order_by(runs.c.started_at.desc(), runs.c.id).limit(limit)
        with self._database.read() as connection:
            return [Run(*row) for row in connection.execute(statement)]
