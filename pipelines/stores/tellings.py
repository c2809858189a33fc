"""Which conversations tell the current themes, and what came with each."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from pipelines.stores.database import Database
from pipelines.stores.filters import conditions, current_run
from pipelines.stores.protocols import Filter
from pipelines.stores.schema import assignments, conversations, signals

A, C, S = assignments.c, conversations.c, signals.c


class Tellings:
    def __init__(self, database: Database) -> None:
        self._database = database

    def pairs(self, filter: Filter = Filter()) -> Iterator[tuple[str, str]]:
        run = A.run.concat("") if filter.customers else A.run  # of few conversations, assignments are looked up
        statement = (
            select(C.id, A.theme)
            .select_from(_told())
            .where(run == current_run(), A.theme.is_not(None), *conditions(filter))
            .distinct()
            .order_by(C.id, A.theme)
        )
        yield from self._database.stream(statement)

    def facts(self, filter: Filter = Filter()) -> Iterator[tuple[str, Mapping[str, Any]]]:
        statement = select(C.id, C.metadata).where(*conditions(filter)).order_by(C.id)
        yield from self._database.stream(statement)

    def fitted(self) -> set[str]:
        statement = select(A.segment).where(A.run == current_run(), A.x.is_not(None))  # only a discovery draws a map
        with self._database.read() as connection:
            return set(connection.execute(statement).scalars())


def _told() -> Any:
    return assignments.join(signals, S.segment == A.segment).join(conversations, C.id == S.conversation)
