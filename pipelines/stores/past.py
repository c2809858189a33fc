"""What was known at a moment: the discovery that was current, what it found, and where segments were."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Subquery, select, union_all

from nlp.themes.theme import Theme
from pipelines.stores.database import Database
from pipelines.stores.discoveries import found_theme, placed
from pipelines.stores.schema import assignments, discoveries, earlier_assignments, found_themes

NAMES = ("segment", "run", "theme", "confidence", "assigned_at")


def every_assignment() -> Subquery:
    """Of every run, those that an edit replaced among them; columns segment, run, theme, confidence, assigned_at."""
    both = (select(*(table.c[name] for name in NAMES)) for table in (assignments, earlier_assignments))
    return union_all(*both).subquery()


class Past:
    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self, before: datetime) -> str | None:
        every = every_assignment()
        statement = (
            select(discoveries.c.run)
            .join(every, every.c.run == discoveries.c.run)
            .where(every.c.assigned_at < before)
            .order_by(discoveries.c.number.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            found: str | None = connection.execute(statement).scalar()
        return found

    def themes(self, run: str) -> list[Theme]:
        statement = select(found_themes).where(found_themes.c.run == run).order_by(found_themes.c.id)
        with self._database.read() as connection:
            return [found_theme(row) for row in connection.execute(statement)]

    def placed(self, run: str, segments: Iterable[str]) -> dict[str, str | None]:
        with self._database.read() as connection:
            return placed(connection, run, segments)

    def members(self, run: str, before: datetime) -> dict[str, str | None]:
        every = every_assignment()
        statement = (
            select(every.c.segment, every.c.theme)
            .where(every.c.run == run, every.c.assigned_at < before)
            .order_by(every.c.assigned_at)
        )
        with self._database.read() as connection:
            return {row.segment: row.theme for row in connection.execute(statement)}
