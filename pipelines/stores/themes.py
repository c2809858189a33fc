"""Discovered themes, which segment belongs to which, and the figures about them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, case, func, select, union_all

from nlp.encoder import Floats
from nlp.errors import NotFound, StoreError
from nlp.journeys.contact import Mention
from nlp.themes.edits import Replayed
from nlp.themes.lineage import Fact
from nlp.themes.quality import Quality
from nlp.themes.theme import Assignment, Theme
from pipelines.stores.announcing import traced
from pipelines.stores.database import Database
from pipelines.stores.discoveries import assignment_row, found_theme, placed, show, shown_theme, write_discovery
from pipelines.stores.facets import counted
from pipelines.stores.filters import TELLING, conditions, current_run, nowhere
from pipelines.stores.lineage import write_facts
from pipelines.stores.outbox import announce
from pipelines.stores.past import NAMES
from pipelines.stores.protocols import Filter, Quote
from pipelines.stores.qualities import write_quality
from pipelines.stores.schema import (
    assignments,
    conversations,
    discoveries,
    earlier_assignments,
    found_themes,
    signals,
    summaries,
    themes,
    turns,
)
from pipelines.stores.signals import OF_TURN, read_quotes
from pipelines.stores.sums.keeping import pause, retell

A, C, S = assignments.c, conversations.c, signals.c
CONVERSATIONS = func.count(TELLING.distinct()).label("conversations")
SEGMENTS = func.count().label("segments")
FRICTION = func.avg(S.friction).label("friction")


class Themes:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self,
        run: str,
        themes: Sequence[Theme],
        assignments: Sequence[Assignment],
        points: Floats,
        artefact: bytes | None = None,
        *,
        facts: Sequence[Fact] = (),
        replayed: Replayed | None = None,
        quality: Quality | None = None,
    ) -> None:
        """Raises StoreError where points and assignments differ in number, or one names a theme not given."""
        if len(points) != len(assignments):
            raise StoreError(f"{len(assignments)} assignments came with {len(points)} points; give one an assignment")
        said = replayed or Replayed(tuple(themes))
        rows = [
            assignment_row(a, said) | {"run": run, "x": float(x), "y": float(y)}
            for a, (x, y) in zip(assignments, points, strict=True)
        ]
        with self._database.write() as connection:
            pause(self._database, connection)
            write_discovery(self._database, connection, {"run": run, "artefact": artefact}, themes, rows, said)
            write_facts(connection, run, facts)
            write_quality(connection, run, quality)
            retell(self._database, connection)  # so that nobody sees a discovery without its sums
            announce(self._database, connection, traced(connection, facts, said.themes))

    def assign(self, assignments: Sequence[Assignment], replayed: Replayed | None = None) -> None:
        """Raises StoreError where an assignment is of another run than the current one."""
        with self._database.write() as connection:
            run = connection.execute(select(current_run())).scalar()
            if strange := {a.run for a in assignments} - {run}:
                raise StoreError(f"assignments of run {sorted(strange)[0]!r}; the current run is {run!r}: assign again")
            rows = [assignment_row(a, replayed or Replayed(())) for a in assignments]
            self._database.upsert(connection, _ASSIGNMENTS, rows)

    def themeless(self) -> dict[str, bool]:
        statement = select(A.segment, A.x.is_(None).label("fresh")).where(nowhere())  # only a discovery draws a map
        with self._database.read() as connection:
            return {row.segment: bool(row.fresh) for row in connection.execute(statement)}

    def show(self, run: str, replayed: Replayed, at: datetime) -> int:
        with self._database.write() as connection:
            pause(self._database, connection)
            changed = show(self._database, connection, run, replayed, at)
            retell(self._database, connection, changed)
            return len(changed)

    def found(self) -> list[Theme]:
        statement = select(found_themes).where(found_themes.c.run == current_run())
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(found_themes.c.size.desc(), found_themes.c.id))
            return [found_theme(row) for row in rows]

    def placed(self, segments: Iterable[str]) -> dict[str, str | None]:
        with self._database.read() as connection:
            return placed(connection, current_run(), segments)

    def current(self) -> list[Theme]:
        statement = select(themes).where(themes.c.run == current_run()).order_by(themes.c.size.desc(), themes.c.id)
        with self._database.read() as connection:
            return [shown_theme(row) for row in connection.execute(statement)]

    def current_run(self) -> str | None:
        with self._database.read() as connection:
            found: str | None = connection.execute(select(current_run())).scalar()
        return found

    def artefact(self, run: str = "") -> bytes | None:
        with self._database.read() as connection:
            statement = select(discoveries.c.artefact).where(discoveries.c.run == (run or current_run()))
            found: bytes | None = connection.execute(statement).scalar()
        return found

    def members(self, *, found: bool = False) -> dict[str, str | None]:
        with self._database.read() as connection:
            theme = A.found if found else A.theme
            rows = connection.execute(select(A.segment, theme.label("theme")).where(A.run == current_run()))
            return {row.segment: row.theme for row in rows}

    def names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        with self._database.read() as connection:
            for table in (found_themes, themes):
                named = select(table.c.id, table.c.name).join(discoveries, discoveries.c.run == table.c.run)
                names |= {row.id: row.name for row in connection.execute(named.order_by(discoveries.c.number))}
        return names

    def get(self, id: str) -> Theme:
        statement = select(themes).where(themes.c.run == current_run(), themes.c.id == id)
        with self._database.read() as connection:
            row = connection.execute(statement).first()
        if row is None:
            raise NotFound(f"no theme {id!r} in the current run")
        return shown_theme(row)

    def unassigned(self, filter: Filter = Filter()) -> int:
        with self._database.read() as connection:
            found: int = connection.execute(_members(filter, SEGMENTS).where(A.theme.is_(None))).scalar_one()
        return found

    def entities(self, filter: Filter = Filter(), *, theme: str = "") -> list[dict[str, Any]]:
        of = A.theme == theme if theme else A.theme.is_not(None)
        named = _segments(filter, A.theme, S.entities).where(of, S.entities.is_not(None))
        return counted(self._database.stream(named))

    def points(self, filter: Filter = Filter(), *, limit: int = 100_000) -> list[dict[str, Any]]:
        said_at = func.coalesce(turns.c.at, C.started_at).label("at")
        columns = (S.segment, A.x, A.y, A.theme, S.friction, S.sentiment, S.stage, C.channel, said_at, S.conversation)
        statement = _members(filter, *columns).join(turns, OF_TURN).where(A.x.is_not(None))
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(S.segment).limit(limit)).mappings().all()
        return [dict(row) for row in rows]

    def quotes(
        self, theme: str, filter: Filter = Filter(), *, part: int | None = None, limit: int = 20, offset: int = 0
    ) -> list[Quote]:
        with self._database.read() as connection:
            chosen = select(themes.c.quotes).where(themes.c.run == current_run(), themes.c.id == theme)
            places = {id: place for place, id in enumerate(connection.execute(chosen).scalar() or [])}
            order: list[Any] = [case(places, value=S.segment, else_=len(places))] if places else []
            order += [A.confidence.desc(), S.segment]
            found = _segments(filter, S.segment).where(A.theme == theme)
            if part is not None:
                found = found.where(A.found == theme, A.part == part)
            ids = connection.execute(found.order_by(*order).limit(limit).offset(offset)).scalars().all()
            return read_quotes(connection, ids)

    def mentions(self, filter: Filter = Filter()) -> Iterator[Mention]:
        both = union_all(*(_mentions(table, filter) for table in (assignments, earlier_assignments))).subquery()
        order = (both.c[name] for name in ("customer", "conversation", "segment", "number", "assigned_at"))
        statement = select(*(column for column in both.c if column.name != "number")).order_by(*order)
        for customer, conversation, at, *found in self._database.stream(statement):
            yield Mention(customer, conversation, at, Assignment(*found))


_ASSIGNMENTS = assignments


def _mentions(table: FromClause, filter: Filter) -> Select[Any]:
    """Filtered before the two tables are put together, so that one customer's are found by the indexes."""
    said_at, own = func.coalesce(turns.c.at, C.started_at).label("said_at"), (table.c[name] for name in NAMES)
    return (
        _joined(table, C.customer, C.id.label("conversation"), said_at, *own, discoveries.c.number)
        .where(*conditions(filter))
        .join(turns, OF_TURN)
        .join(discoveries, discoveries.c.run == table.c.run)
    )


def _members(filter: Filter, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select from the current run's assignments joined with signal, conversation and its summary."""
    return _joined(assignments, *columns).where(*conditions(filter), A.run == current_run())


def _segments(filter: Filter, *columns: ColumnElement[Any]) -> Select[Any]:
    """The same of assignments and signals alone: conversations are looked at where they are chosen."""
    source = assignments.join(signals, S.segment == A.segment)
    source = source if filter == Filter() else source.join(conversations, C.id == S.conversation)
    return select(*columns).select_from(source).where(*conditions(filter), A.run == current_run())


def _joined(assigned: FromClause, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(assigned)
        .join(signals, S.segment == assigned.c.segment)
        .join(conversations, C.id == S.conversation)
        .outerjoin(summaries, summaries.c.conversation == C.id)
    )
