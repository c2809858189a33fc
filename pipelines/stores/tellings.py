"""Which conversations tell the current themes, and on which days."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from pipelines.stores.database import Database
from pipelines.stores.filters import TELLING, conditions, current_run
from pipelines.stores.protocols import Filter
from pipelines.stores.schema import assignments, conversations, signals, summaries

A, C, S = assignments.c, conversations.c, signals.c


class Tellings:
    def __init__(self, database: Database) -> None:
        self._database = database

    def volume(self, filter: Filter = Filter()) -> dict[date, int]:
        day = self._database.backend.day(C.started_at).label("day")
        joined = conversations.join(summaries, summaries.c.conversation == C.id)
        told = func.count(TELLING.distinct())
        statement = select(day, told).select_from(joined).where(*conditions(filter)).group_by(day)
        with self._database.read() as connection:
            return {_day(at): count for at, count in connection.execute(statement.order_by(day))}

    def daily(self, filter: Filter = Filter()) -> dict[str, dict[date, int]]:
        day = self._database.backend.day(C.started_at).label("day")
        statement = (
            select(A.theme, day, func.count(TELLING.distinct()))
            .select_from(_told())
            .where(A.run == current_run(), A.theme.is_not(None), *conditions(filter))
            .group_by(A.theme, day)
        )
        found: dict[str, dict[date, int]] = {}
        with self._database.read() as connection:
            for theme, at, count in connection.execute(statement.order_by(A.theme, day)):
                found.setdefault(theme, {})[_day(at)] = count
        return found

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


def _day(value: Any) -> date:
    return date.fromisoformat(str(value))
