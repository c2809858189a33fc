"""What is proposed as a theme."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, insert, select

from nlp.themes.proposals import Proposal
from pipelines.stores.database import Database
from pipelines.stores.filters import current_run
from pipelines.stores.schema import proposals

P = proposals.c


class Proposals:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, run: str, found: Sequence[Proposal]) -> None:
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            connection.execute(delete(proposals).where(P.run == run))
            if rows := [{"run": run, "number": n, **asdict(proposal)} for n, proposal in enumerate(found)]:
                connection.execute(insert(proposals), rows)

    def current(self) -> list[Proposal]:
        statement = select(P.at, P.segments, P.fresh, P.terms).where(P.run == current_run()).order_by(P.number)
        with self._database.read() as connection:
            rows = connection.execute(statement)
            return [Proposal(row.at, tuple(row.segments), row.fresh, tuple(row.terms)) for row in rows]
