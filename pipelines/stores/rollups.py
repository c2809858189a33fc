"""The sums of a store, held in memory and read again where they have changed: what large pages ask."""

from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import select

from pipelines.stores.database import Database
from pipelines.stores.protocols import Filter
from pipelines.stores.schema import rollup_days, rollup_state
from pipelines.stores.sums import figures
from pipelines.stores.sums.cube import Cube, placed
from pipelines.stores.sums.day import NAMED, Day, Names
from pipelines.stores.sums.keeping import in_step, sum_up

D = rollup_days.c


class Rollups:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock, self._revision = Lock(), -1
        self._names = {name: Names() for name in (*NAMED, "theme", "fact")}
        self._days: dict[date, tuple[int, Day]] = {}
        self._cube = Cube.of((), self._names)

    def refresh(self) -> int:
        with self._database.read() as connection:
            revision = in_step(connection)
        if revision is not None:
            return revision
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            return sum_up(self._database, connection)

    def totals(self, filter: Filter = Filter()) -> dict[str, Any]:
        return figures.totals(self._known(), filter)

    def daily(self, filter: Filter = Filter()) -> list[dict[str, Any]]:
        return figures.daily(self._known(), filter)

    def themes(self, filter: Filter = Filter()) -> dict[str, dict[str, Any]]:
        return figures.themes(self._known(), filter)

    def stages(self, filter: Filter = Filter()) -> list[dict[str, Any]]:
        return figures.groups(self._known(), "stage", filter)

    def intents(self, filter: Filter = Filter()) -> list[dict[str, Any]]:
        return figures.groups(self._known(), "intent", filter)

    def count(self, filter: Filter = Filter()) -> int:
        return int(self._known().chosen(filter).sum())

    def last(self) -> date | None:
        cube = self._known()
        return cube.date(cube.days - 1) if cube.days else None

    def reach(self, segments: int) -> date | None:
        return figures.reach(self._known(), segments)

    def first_seen(self) -> dict[str, date]:
        return figures.first_seen(self._known())

    def options(self) -> dict[str, list[tuple[str, int]]]:
        return figures.options(self._known())

    def _known(self) -> Cube:
        """The sums as they are kept; only days that changed since they were read last are read."""
        with self._lock:
            with self._database.read() as connection:
                revision = connection.execute(select(rollup_state.c.revision)).scalar() or 0
                if revision == self._revision:
                    return self._cube
                kept = dict(connection.execute(select(D.day, D.revision)).all())
                stale = [day for day, at in kept.items() if self._days.get(day, (-1,))[0] != at]
                rows = select(D.day, D.revision, D.columns).where(D.day.in_(stale))
                for day, at, columns in connection.execute(rows):
                    self._days[day] = at, placed(Day.from_bytes(columns), self._names)
            self._days = {day: self._days[day] for day in sorted(kept) if day in self._days}
            self._cube = Cube.of((day for _, day in self._days.values()), self._names)
            self._revision = revision
            return self._cube
