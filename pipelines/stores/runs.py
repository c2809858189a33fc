"""Runs of the pipeline and what each took in."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from nlp.errors import NotFound
from pipelines.stores.database import Database, chunks
from pipelines.stores.order import Place, ordered
from pipelines.stores.protocols import Run, RunInput
from pipelines.stores.schema import run_inputs, runs


class Runs:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, run: Run) -> None:
        figures = {"counts": dict(run.counts), "seconds": dict(run.seconds), "versions": dict(run.versions)}
        with self._database.write() as connection:
            self._database.upsert(connection, runs, [asdict(run) | figures])

    def get(self, id: str) -> Run:
        with self._database.read() as connection:
            row = connection.execute(select(runs).where(runs.c.id == id)).first()
        if not row:
            raise NotFound(f"no run {id!r}")
        return Run(*row)

    def page(
        self, *, limit: int = 50, status: str = "", sort: str = "-started_at", place: Place | None = None
    ) -> list[Run]:
        sorts: dict[str, ColumnElement[Any]] = {"started_at": runs.c.started_at}
        statement = ordered(select(runs), sorts, runs.c.id, sort=sort, place=place).limit(limit)
        if status:
            statement = statement.where(runs.c.status == status)
        with self._database.read() as connection:
            return [Run(*row) for row in connection.execute(statement)]

    def beat(self, id: str, at: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(update(runs).where(runs.c.id == id).values(beat_at=at))

    def put_inputs(self, inputs: Sequence[RunInput]) -> None:
        rows = [asdict(input) | {"counts": dict(input.counts), "dead": dict(input.dead)} for input in inputs]
        with self._database.write() as connection:
            self._database.upsert(connection, run_inputs, rows)

    def inputs(self, run: str) -> list[RunInput]:
        statement = select(run_inputs).where(run_inputs.c.run == run).order_by(run_inputs.c.number)
        with self._database.read() as connection:
            return [RunInput(*row) for row in connection.execute(statement)]

    def read(self, digests: Iterable[str]) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        ended = select(run_inputs.c.name, run_inputs.c.sha256).where(run_inputs.c.seconds.is_not(None))
        with self._database.read() as connection:
            for some in chunks(digest for digest in digests if digest):
                found |= {
                    (row.name, row.sha256) for row in connection.execute(ended.where(run_inputs.c.sha256.in_(some)))
                }
        return found
