"""Days out of the database, as they are now: rows of conversations, signals and assignments become columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from nlp.taxonomy import UNKNOWN_STAGE, UNSUPPORTED
from pipelines.stores.facts import facts_of
from pipelines.stores.schema import assignments, conversations, customers, signals, summaries
from pipelines.stores.schema.rollups import NOWHERE
from pipelines.stores.sums.day import CONVERSATION, FACT, NAMED, TELLING, Columns, Day, Fact, Names, hashed

A, C, S, U = assignments.c, conversations.c, signals.c, summaries.c
DAY, EPOCH, MICROSECOND = timedelta(days=1), datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
LEAVING = 0.5
"""A conversation from this on is of a customer who may leave."""
Range = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Read:
    """A day, and the facts of each of its conversations by id."""

    day: date
    columns: Day
    facts: dict[str, list[Fact]]


def read(connection: Connection, run: str, days: Sequence[date]) -> Iterator[Read]:
    """Those of rising days on which there is a conversation."""
    when = or_(*(_started(first, last) for first, last in ranges(days)))
    told = {id: list(rows) for id, rows in groupby(connection.execute(_told(when, run)), key=lambda row: row[0])}
    firsts = {tuple(pair) for pair in connection.execute(_told_first(when, run))}
    entities: dict[str, list[Any]] = {}
    for id, found in connection.execute(_entities(when)):
        entities.setdefault(id, []).extend(found)
    for day, rows in groupby(connection.execute(_conversations(when)), key=lambda row: row.started_at.date()):
        own = list(rows)
        facts = {r.id: list(facts_of(r.metadata, r.attributes or {}, entities.get(r.id, ()))) for r in own}
        yield Read(day, _day(own, [told.get(row.id, []) for row in own], firsts, list(facts.values())), facts)


def retold(connection: Connection, run: str, days: Mapping[date, Day]) -> Iterator[tuple[date, Day | None]]:
    """Days in step with the store but for their tellings, with those of a run; None where others began meanwhile."""
    when = or_(*(_started(first, last) for first, last in ranges(sorted(days))))
    told = {id: list(rows) for id, rows in groupby(connection.execute(_told(when, run)), key=lambda row: row[0])}
    firsts = {tuple(pair) for pair in connection.execute(_told_first(when, run))}
    own = select(C.id, C.started_at, C.duplicate_of).where(when).order_by(C.started_at, C.id)
    for day, rows in groupby(connection.execute(own), key=lambda row: row.started_at.date()):
        found, names, known = list(rows), Names(), days.get(day)
        if known and np.array_equal(known.conversations["at"], [_ticks(row.started_at) for row in found]):
            tellings = _tellings(found, [told.get(row.id, []) for row in found], firsts, names)
            yield day, replace(known, tellings=tellings, names={**known.names, "theme": list(names)})
        else:
            yield day, None


def _tellings(
    rows: Sequence[Any], told: Sequence[Sequence[Any]], firsts: set[tuple[Any, ...]], themes: Names
) -> Columns:
    found: list[tuple[Any, ...]] = [
        (place, themes.place(theme), *sums, row.duplicate_of is None or (row.duplicate_of, theme) not in firsts)
        for place, (row, of) in enumerate(zip(rows, told, strict=True))
        for _, theme, *sums in of
    ]
    return np.array(found, TELLING)


def ranges(days: Sequence[date]) -> list[Range]:
    """Rising days; those that follow one another become one range."""
    found: list[Range] = []
    for day in days:
        if found and day == found[-1][1] + DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _day(
    rows: Sequence[Row[Any]],
    told: Sequence[Sequence[Any]],
    firsts: set[tuple[Any, ...]],
    facts: Sequence[Sequence[Fact]],
) -> Day:
    names = {name: Names() for name in (*NAMED, "theme", "fact")}
    talks = [_conversation(row, names) for row in rows]
    tellings = _tellings(rows, told, firsts, names["theme"])
    pairs = [(place, names["fact"].place(fact)) for place, of in enumerate(facts) for fact in of]
    columns = (np.array(talks, CONVERSATION), tellings, np.array(pairs, FACT))
    return Day(*columns, {name: list(known) for name, known in names.items()})


def _conversation(row: Row[Any], names: dict[str, Names]) -> tuple[Any, ...]:
    named = (row.channel, row.stage or UNKNOWN_STAGE, row.language or "", row.intent or "", row.source)
    scored, first = row.intent is not None and row.intent != UNSUPPORTED, row.duplicate_of is None
    return (
        _ticks(row.started_at),
        hashed(row.customer),
        row.segments,
        row.friction if scored else 0.0,
        row.sentiment if scored else 0.0,
        *(names[column].place(name) for column, name in zip(NAMED, named, strict=True)),
        scored,
        first,
        first and (row.leaving or 0.0) >= LEAVING,
        first and row.intent == UNSUPPORTED,
    )


def _ticks(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _conversations(when: ColumnElement[bool]) -> Select[Any]:
    own = (C.id, C.started_at, C.channel, C.source, C.customer, C.duplicate_of, C.metadata, customers.c.attributes)
    segments = select(func.count()).where(S.conversation == C.id).scalar_subquery().label("segments")
    found = (segments, U.stage, U.language, U.intent, U.friction, U.sentiment, U.leaving)
    of = conversations.outerjoin(summaries, U.conversation == C.id).outerjoin(customers, customers.c.id == C.customer)
    return select(*own, *found).select_from(of).where(when).order_by(C.started_at, C.id)


def _told(when: ColumnElement[bool], run: str) -> Select[Any]:
    """(conversation, theme, segments, friction, sentiment), the rows of one conversation together."""
    theme = func.coalesce(A.theme, NOWHERE)
    sums = (func.count(), func.sum(S.friction), func.sum(S.sentiment))
    return select(C.id, theme, *sums).select_from(_placed(run)).where(when).group_by(C.id, theme).order_by(C.id, theme)


def _told_first(when: ColumnElement[bool], run: str) -> Select[Any]:
    """(conversation, theme) of those that others tell again."""
    again = select(C.duplicate_of).where(when, C.duplicate_of.is_not(None))
    theme = func.coalesce(A.theme, NOWHERE)
    joined = signals.join(assignments, and_(A.segment == S.segment, A.run.concat("") == run))
    return select(S.conversation, theme).select_from(joined).where(S.conversation.in_(again)).distinct()


def _placed(run: str) -> Any:
    """The run is no key here: a database would begin with all that it has placed, whatever the days."""
    return conversations.join(signals, S.conversation == C.id).join(
        assignments, and_(A.segment == S.segment, A.run.concat("") == run)
    )


def _entities(when: ColumnElement[bool]) -> Select[Any]:
    named = select(S.conversation, S.entities).join(conversations, C.id == S.conversation)
    return named.where(when, S.entities.is_not(None)).order_by(S.segment)


def _started(first: date, last: date) -> ColumnElement[bool]:
    start, end = (datetime.combine(at, time(), UTC) for at in (first, last + DAY))
    return and_(C.started_at >= start, C.started_at < end)
