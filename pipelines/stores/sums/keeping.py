"""Sums kept in step with the store, within a transaction that writes: the days of whatever changed are read anew."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, delete, insert, select, type_coerce, update

from pipelines.stores.database import Database, chunks
from pipelines.stores.filters import current_run
from pipelines.stores.schema import conversation_facts, conversations, rollup_days, rollup_state, signals, stale_days
from pipelines.stores.sums.day import Day
from pipelines.stores.sums.reading import Read, read, retold

C, D, F = conversations.c, rollup_days.c, conversation_facts.c
AT_ONCE = 31
"""Days read in one statement."""
MANY = 10_000
"""Of more segments, all days are told anew rather than looked for."""
PAUSED = "-"
"""In place of the run of the sums: triggers note the days of that run's assignments alone."""


def in_step(connection: Connection) -> int | None:
    """The revision of the sums; None where they are to be brought up to date."""
    state = connection.execute(select(rollup_state)).first()
    run = connection.execute(select(current_run())).scalar() or ""
    stale = connection.execute(select(stale_days.c.number).limit(1)).first()
    return int(state.revision) if state and state.run == run and not stale else None


def sum_up(database: Database, connection: Connection) -> int:
    """Bring the sums up to date; returns their revision.

    What is noted is taken off the log before the days are read: a change that comes meanwhile is noted anew.
    """
    state = connection.execute(select(rollup_state)).first()
    run = connection.execute(select(current_run())).scalar() or ""
    days = set(connection.execute(select(stale_days.c.day).distinct()).scalars())
    for some in chunks(days):
        connection.execute(delete(stale_days).where(stale_days.c.day.in_(some)))
    whole = state is None or state.run != run
    days |= _every_day(database, connection) if whole else _told_again(database, connection, days)
    revision = (state.revision if state else 0) + 1
    for some in chunks(sorted(days), AT_ONCE):
        _keep(connection, some, list(read(connection, run, some)), revision)
    database.upsert(connection, rollup_state, [{"id": 1, "run": run, "revision": revision}])
    return int(revision)


def pause(database: Database, connection: Connection) -> None:
    """Bring the sums up to date before the places of segments in themes change, in the same transaction, and let
    triggers not note those days: `retell` will."""
    database.backend.lock(connection)
    if in_step(connection) is None:
        sum_up(database, connection)
    connection.execute(update(rollup_state).values(run=PAUSED))


def retell(database: Database, connection: Connection, segments: Collection[str] | None = None) -> None:
    """What the conversations of some segments tell, or all where none are named, once those have changed their themes:
    the rest of their days stays."""
    days = _every_day(database, connection) if segments is None else _days_of(database, connection, segments)
    run = connection.execute(select(current_run())).scalar() or ""
    revision = connection.execute(select(rollup_state.c.revision)).scalar_one() + bool(days)
    for some in chunks(sorted(days | _told_again(database, connection, days)), AT_ONCE):
        kept = connection.execute(select(D.day, D.columns).where(D.day.in_(some)))
        known = {day: Day.from_bytes(columns) for day, columns in kept}
        for day, found in list(retold(connection, run, known) if known else ()):
            if found is None:
                _keep(connection, [day], list(read(connection, run, [day])), revision)
            else:
                changed = update(rollup_days).where(D.day == day)
                connection.execute(changed.values(revision=revision, columns=found.to_bytes()))
    connection.execute(update(rollup_state).values(run=run, revision=revision))


def _days_of(database: Database, connection: Connection, segments: Collection[str]) -> set[date]:
    if len(segments) > MANY:
        return _every_day(database, connection)
    day, found = type_coerce(database.backend.day(C.started_at), Date), set[date]()
    for some in chunks(segments):
        own = select(day).join(signals, signals.c.conversation == C.id).where(signals.c.segment.in_(some))
        found |= set(connection.execute(own.distinct()).scalars())
    return found


def _keep(connection: Connection, days: Sequence[date], found: Sequence[Read], revision: int) -> None:
    """In place of what was kept of these days."""
    _keep_facts(connection, days, found)
    connection.execute(delete(rollup_days).where(D.day.in_(days)))
    rows = [{"day": one.day, "revision": revision, "columns": one.columns.to_bytes()} for one in found]
    if rows:
        connection.execute(insert(rollup_days), rows)


def _keep_facts(connection: Connection, days: Sequence[date], found: Sequence[Read]) -> None:
    """A new discovery changes none: what is written already is not written again."""
    kept: dict[date, set[tuple[str, str, str]]] = {day: set() for day in days}
    for day, *fact in connection.execute(select(F.day, F.conversation, F.kind, F.value).where(F.day.in_(days))):
        kept[day].add((fact[0], fact[1], fact[2]))
    told = {one.day: {(id, *fact) for id, facts in one.facts.items() for fact in facts} for one in found}
    moved = [day for day in days if kept[day] != told.get(day, set())]
    connection.execute(delete(conversation_facts).where(F.day.in_(moved)))
    for rows in chunks(_rows(moved, told)):
        connection.execute(insert(conversation_facts), rows)


def _rows(days: Iterable[date], told: dict[date, set[tuple[str, str, str]]]) -> Iterable[dict[str, Any]]:
    for day in days:
        for id, kind, value in sorted(told.get(day, ())):
            yield {"conversation": id, "kind": kind, "value": value, "day": day}


def _every_day(database: Database, connection: Connection) -> set[date]:
    day = type_coerce(database.backend.day(C.started_at), Date)
    kept = connection.execute(select(D.day)).scalars()
    return {*connection.execute(select(day).distinct()).scalars(), *kept}


def _told_again(database: Database, connection: Connection, days: Iterable[date]) -> set[date]:
    """Days of what tells again what was told first on one of these: it counts by itself where the first tells another
    theme."""
    first, asked = conversations.alias(), set(days)
    again = type_coerce(database.backend.day(C.started_at), Date)
    told = type_coerce(database.backend.day(first.c.started_at), Date)
    joined = conversations.join(first, first.c.id == C.duplicate_of)
    pairs = connection.execute(select(again, told).select_from(joined).distinct()).all() if asked else []
    return {day for day, first_day in pairs if first_day in asked}
