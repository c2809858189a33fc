"""Sums of a store by day, theme, channel, stage and language, kept in step day by day: what large pages read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Select,
    Table,
    Update,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    type_coerce,
    update,
)

from nlp.taxonomy import UNKNOWN_STAGE, UNSUPPORTED
from pipelines.stores.database import Database, chunks
from pipelines.stores.facts import facts_of
from pipelines.stores.filters import conditions, current_run, of_fact
from pipelines.stores.protocols import Filter
from pipelines.stores.schema import (
    assignments,
    conversation_facts,
    conversations,
    customers,
    rollup_customers,
    rollup_days,
    rollup_state,
    rollup_tellings,
    signals,
    stale_days,
    summaries,
)
from pipelines.stores.schema.rollups import NOWHERE, SETS, WHOLE

A, C, S, U = assignments.c, conversations.c, signals.c, summaries.c
T = rollup_tellings.c
SUMS = ("conversations", "segments", "scored", "friction", "sentiment", "leaving", "unread")
PLACE = ("theme", "day", "channel", "stage", "language")
DAY = timedelta(days=1)
RANGES = 100  # of days in one statement
Condition = ColumnElement[bool]


class Rollups:
    def __init__(self, database: Database) -> None:
        self._database = database

    def refresh(self) -> int:
        with self._database.read() as connection:
            state = connection.execute(select(rollup_state)).first()
            run = connection.execute(select(current_run())).scalar() or ""
            stale = connection.execute(select(stale_days.c.number).limit(1)).first()
        if state and state.run == run and not stale:
            return int(state.revision)
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            return self._sum_up(connection)

    def _sum_up(self, connection: Connection) -> int:
        """What is noted is taken off the log before the days are read: a change that comes meanwhile is noted anew."""
        state = connection.execute(select(rollup_state)).first()
        run = connection.execute(select(current_run())).scalar() or ""
        days = list(connection.execute(select(stale_days.c.day).distinct()).scalars())
        for some in chunks(days):
            connection.execute(delete(stale_days).where(stale_days.c.day.in_(some)))
        if state and state.run == run:
            for part in chunks(_ranges(days), RANGES):
                self._sum_up_days(connection, run, part)
        else:
            self._sum_up_days(connection, run, None)
        revision = (state.revision if state else 0) + 1
        self._database.upsert(connection, rollup_state, [{"id": 1, "run": run, "revision": revision}])
        return int(revision)

    def _sum_up_days(self, connection: Connection, run: str, days: Sequence[tuple[date, date]] | None) -> None:
        """Days are ranges, ends included; None is all there are."""
        gone = _seen(connection, days)
        for table in (rollup_tellings, rollup_days, conversation_facts):
            connection.execute(delete(table).where(_in(table.c.day, days)))
        when = true() if days is None else or_(*(_started(first, last) for first, last in days))
        day = type_coerce(self._database.backend.day(C.started_at), Date)
        for statement in (_wholes(day, when), _themes(day, when, run)):
            columns = [column.name for column in statement.selected_columns]
            connection.execute(insert(rollup_tellings).from_select(columns, statement))
        connection.execute(_alone(days))
        sums = [func.sum(T[name]) for name in SUMS]
        for by in SETS:
            kept = [T[name] for name in ("theme", "day", *by.split())]
            place = [T[name] if name in ("theme", "day", *by.split()) else literal("").label(name) for name in PLACE]
            summed = select(literal(by).label("by"), *place, *sums).where(_in(T.day, days)).group_by(*kept)
            connection.execute(insert(rollup_days).from_select(["by", *PLACE, *SUMS], summed))
        self._count_customers(connection, None if days is None else gone | _seen(connection, days))
        for rows in chunks(_facts(connection, day, when)):
            connection.execute(insert(conversation_facts), rows)

    def _count_customers(self, connection: Connection, some: Iterable[str] | None) -> None:
        """Of some customers, or of all."""
        last = func.max(T.day).label("last_day")
        told = select(T.theme, T.customer, last).where(T.customer != "", T.conversations > 0)
        told = told.group_by(T.theme, T.customer)
        if some is None:
            connection.execute(delete(rollup_customers))
            connection.execute(insert(rollup_customers).from_select(["theme", "customer", "last_day"], told))
        for ids in chunks(some or ()):
            connection.execute(delete(rollup_customers).where(rollup_customers.c.customer.in_(ids)))
            own = told.where(T.conversation.in_(select(C.id).where(C.customer.in_(ids))))
            connection.execute(insert(rollup_customers).from_select(["theme", "customer", "last_day"], own))

    def totals(self, filter: Filter = Filter()) -> dict[str, Any]:
        table, which = _source(filter, WHOLE)
        sums = [func.coalesce(func.sum(table.c[name]), 0).label(name) for name in SUMS]
        with self._database.read() as connection:
            ends = (func.min(table.c.day).label("first"), func.max(table.c.day).label("last"))
            row = connection.execute(select(*sums, *ends).where(*which)).mappings().one()
            part, told = _source(filter, WHOLE, "channel")
            channels = select(part.c.channel, func.sum(part.c.conversations)).where(*told)
            found = connection.execute(channels.group_by(part.c.channel).order_by(part.c.channel)).all()
            placed, nowhere = self._placed(connection, filter)
            counted = connection.execute(_customers(filter, whole=True)).all()
        means = {name: row[name] / row["scored"] if row["scored"] else None for name in ("friction", "sentiment")}
        counts = {name: int(row[name]) for name in ("conversations", "segments", "leaving")}
        return {
            **counts,
            **means,
            "unsupported": int(row["unread"]),
            "first": row["first"],
            "last": row["last"],
            "channels": {name: int(count) for name, count in found if count},
            "customers": sum(int(count) for _, count in counted),
            "placed": placed,
            "unassigned": nowhere,
        }

    def _placed(self, connection: Connection, filter: Filter) -> tuple[int, int]:
        """Segments of the current run in a theme, and in none."""
        table, which = _source(filter, None)
        nowhere = case((table.c.theme == NOWHERE, table.c.segments), else_=0)
        sums = select(func.coalesce(func.sum(table.c.segments), 0), func.coalesce(func.sum(nowhere), 0))
        every, none = connection.execute(sums.where(*which, table.c.theme != WHOLE)).one()
        return int(every - none), int(none)

    def daily(self, filter: Filter = Filter()) -> list[dict[str, Any]]:
        table, which = _source(filter, None)
        names = ("conversations", "segments", "scored", "friction", "sentiment")
        sums = [func.sum(table.c[name]).label(name) for name in names]
        statement = select(table.c.theme, table.c.day, *sums).where(*which, table.c.theme != NOWHERE)
        with self._database.read() as connection:
            found = connection.execute(
                statement.group_by(table.c.theme, table.c.day).order_by(table.c.theme, table.c.day)
            )
            return [dict(row) for row in found.mappings()]

    def themes(self, filter: Filter = Filter()) -> dict[str, dict[str, Any]]:
        table, which = _source(filter, None)
        which = [*which, table.c.theme.not_in((WHOLE, NOWHERE))]
        sums = [func.sum(table.c[name]).label(name) for name in SUMS]
        ends = (func.min(table.c.day).label("first_seen"), func.max(table.c.day).label("last_seen"))
        with self._database.read() as connection:
            rows = connection.execute(select(table.c.theme, *sums, *ends).where(*which).group_by(table.c.theme))
            found = {row["theme"]: _theme(dict(row)) for row in rows.mappings()}
            for theme, customers in connection.execute(_customers(filter, whole=False)):
                found[theme]["customers"] = int(customers)
            for name in ("stage", "channel"):
                for theme, value, row in self._parts(connection, filter, name):
                    found[theme][f"{name}s"][value] = row
        return found

    def _parts(self, connection: Connection, filter: Filter, name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(theme, value of the column, its conversations and mean friction)."""
        table, which = _source(filter, None, name)
        sums = (func.sum(table.c[name]) for name in ("conversations", "scored", "friction"))
        parts = select(table.c.theme, table.c[name], *sums).where(*which, table.c.theme.not_in((WHOLE, NOWHERE)))
        for theme, value, count, scored, friction in connection.execute(parts.group_by(table.c.theme, table.c[name])):
            yield theme, value, {"conversations": int(count), "friction": friction / scored if scored else None}

    def last(self) -> date | None:
        d = rollup_days.c
        with self._database.read() as connection:
            found: date | None = connection.execute(
                select(func.max(d.day)).where(d.by == "", d.theme == WHOLE)
            ).scalar()
        return found

    def first_seen(self) -> dict[str, date]:
        d = rollup_days.c
        with self._database.read() as connection:
            found = select(d.theme, func.min(d.day)).where(d.by == "").group_by(d.theme)
            return {theme: day for theme, day in connection.execute(found) if theme not in (WHOLE, NOWHERE)}

    def options(self) -> dict[str, list[tuple[str, int]]]:
        f = conversation_facts.c
        count = func.count().label("count")
        facts = select(f.kind, f.value, count).group_by(f.kind, f.value).order_by(count.desc(), f.value)
        d = rollup_days.c
        told = (d.by == "language", d.theme == WHOLE, d.language != "")
        spoken = select(d.language, func.sum(d.conversations)).where(*told)
        found: dict[str, list[tuple[str, int]]] = {"language": [], "segment": [], "product": [], "company": []}
        with self._database.read() as connection:
            rows = connection.execute(spoken.group_by(d.language).order_by(func.sum(d.conversations).desc()))
            found["language"] = [(language, int(number)) for language, number in rows]
            for kind, value, number in connection.execute(facts):
                found.setdefault(kind, []).append((value, int(number)))
        return found


def _alone(days: Sequence[tuple[date, date]] | None) -> Update:
    """What tells again counts by itself in a theme that the first telling does not tell."""
    first = rollup_tellings.alias()
    told = (
        select(first.c.theme)
        .select_from(conversations.join(first, first.c.conversation == C.duplicate_of))
        .where(C.id == T.conversation, first.c.theme == T.theme)
        .exists()
    )
    again = (T.conversations == 0, T.theme != WHOLE, _in(T.day, days), ~told)
    return update(rollup_tellings).where(*again).values(conversations=1)


def _theme(row: Mapping[str, Any]) -> dict[str, Any]:
    scored = row["scored"] or 1
    counts = {name: int(row[name]) for name in ("segments", "conversations", "leaving")}
    means = {"friction": row["friction"] / scored, "sentiment": row["sentiment"] / scored}
    ends = {"first_seen": row["first_seen"], "last_seen": row["last_seen"]}
    return counts | means | ends | {"pain": row["friction"] / 100, "customers": 0, "stages": {}, "channels": {}}


def _source(filter: Filter, theme: str | None, *parts: str) -> tuple[Table, list[Condition]]:
    """The smallest table that can tell the filter and these columns apart, and what its rows must fulfil."""
    fine, names = _fine(filter), ("channel", "stage", "language")
    by = " ".join(name for name in names if name in parts or getattr(filter, name))
    table: Table = rollup_tellings if fine or by not in SETS else rollup_days
    which = [rollup_days.c.by == by] if table is rollup_days else []
    which += [] if theme is None else [table.c.theme == theme]
    return table, which + _coarse(table, filter) + fine


def _coarse(table: FromClause, filter: Filter) -> list[Condition]:
    c, found = table.c, []
    for column, value in ((c.channel, filter.channel), (c.stage, filter.stage), (c.language, filter.language)):
        found += [column == value] if value else []
    found += [c.day >= filter.since.date()] if filter.since else []
    found += [c.day <= (filter.until - timedelta(microseconds=1)).date()] if filter.until else []
    return found


def _fine(filter: Filter) -> list[Condition]:
    """What only single conversations tell."""
    found: list[Condition] = [of_fact(T.conversation, kind, value) for kind, value in filter.facts() if value]
    if filter.theme:
        found.append(T.conversation.in_(select(T.conversation).where(T.theme == filter.theme)))
    since, until = ((at if at and at.astimezone(UTC).time() != time() else None) for at in (filter.since, filter.until))
    rest = Filter(since, until, intent=filter.intent, customer=filter.customer, source=filter.source)
    return found if rest == Filter() else [*found, T.conversation.in_(select(C.id).where(*conditions(rest)))]


def _seen(connection: Connection, days: Sequence[tuple[date, date]] | None) -> set[str]:
    """Customers who wrote on some days, as summed up before; none where all days are asked for."""
    wrote = select(T.customer).where(_in(T.day, days), T.customer != "").distinct()
    return set(connection.execute(wrote).scalars()) if days else set()


def _customers(filter: Filter, whole: bool) -> Select[Any]:
    """(theme, different customers) of all conversations as a WHOLE, or of each theme."""
    since, plain = filter.since, replace(filter, since=None) == Filter()
    if plain and (since is None or since.astimezone(UTC).time() == time()):
        k = rollup_customers.c
        late = [k.last_day >= since.date()] if since else []
        named = k.theme == WHOLE if whole else k.theme.not_in((WHOLE, NOWHERE))
        return select(k.theme, func.count()).where(named, *late).group_by(k.theme)
    which = T.theme == WHOLE if whole else T.theme.not_in((WHOLE, NOWHERE))
    pairs = select(T.theme, T.customer).where(
        which, *_coarse(rollup_tellings, filter), *_fine(filter), T.customer != "", T.conversations > 0
    )
    known = pairs.distinct().subquery()
    return select(known.c.theme, func.count()).group_by(known.c.theme)


def _in(day: ColumnElement[date], days: Sequence[tuple[date, date]] | None) -> Condition:
    return true() if days is None else or_(*(day.between(first, last) for first, last in days))


def _started(first: date, last: date) -> Condition:
    start, end = (datetime.combine(at, time(), UTC) for at in (first, last + DAY))
    return and_(C.started_at >= start, C.started_at < end)


def _ranges(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days that follow one another in one."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and day == found[-1][1] + DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


FIRST = case((C.duplicate_of.is_(None), 1), else_=0)
LEAVING = case((and_(C.duplicate_of.is_(None), U.leaving >= 0.5), 1), else_=0)


def _wholes(day: ColumnElement[date], when: Condition) -> Select[Any]:
    """A row a conversation; its friction and sentiment are none where its language is not known."""
    read = and_(U.intent.is_not(None), U.intent != UNSUPPORTED)
    told = select(func.count()).where(S.conversation == C.id).scalar_subquery()
    return (
        select(
            C.id.label("conversation"),
            literal(WHOLE).label("theme"),
            *_columns(day),
            told.label("segments"),
            case((read, 1), else_=0).label("scored"),
            case((read, U.friction), else_=0.0).label("friction"),
            case((read, U.sentiment), else_=0.0).label("sentiment"),
            LEAVING.label("leaving"),
            case((and_(U.intent == UNSUPPORTED, C.duplicate_of.is_(None)), 1), else_=0).label("unread"),
        )
        .select_from(conversations.outerjoin(summaries, U.conversation == C.id))
        .where(when)
    )


def _themes(day: ColumnElement[date], when: Condition, run: str) -> Select[Any]:
    """A row a conversation and theme that it tells, over the segments that do."""
    theme = func.coalesce(A.theme, NOWHERE)
    joined = (
        conversations.join(signals, S.conversation == C.id)
        .join(assignments, and_(A.segment == S.segment, A.run.concat("") == run))
        .outerjoin(summaries, U.conversation == C.id)
    )
    return (
        select(
            C.id.label("conversation"),
            theme.label("theme"),
            *_columns(day),
            func.count().label("segments"),
            func.count().label("scored"),
            func.sum(S.friction).label("friction"),
            func.sum(S.sentiment).label("sentiment"),
            LEAVING.label("leaving"),
            literal(0).label("unread"),
        )
        .select_from(joined)
        .where(when)
        .group_by(C.id, theme, day, C.channel, U.stage, U.language, C.customer, C.duplicate_of, U.leaving)
    )


def _columns(day: ColumnElement[date]) -> list[ColumnElement[Any]]:
    return [
        day.label("day"),
        C.channel,
        func.coalesce(U.stage, UNKNOWN_STAGE).label("stage"),
        func.coalesce(U.language, "").label("language"),
        C.customer,
        FIRST.label("conversations"),
    ]


def _facts(connection: Connection, day: ColumnElement[date], when: Condition) -> Iterator[dict[str, Any]]:
    """Rows of `conversation_facts`; each once."""
    of = conversations.outerjoin(customers, customers.c.id == C.customer)
    told = select(C.id, day.label("day"), C.metadata, customers.c.attributes).select_from(of).where(when)
    named = select(S.conversation, S.entities).join(conversations, C.id == S.conversation)
    entities: dict[str, list[Any]] = {}
    for conversation, found in connection.execute(named.where(when, S.entities.is_not(None))):
        entities.setdefault(conversation, []).extend(found)
    for id, at, metadata, attributes in connection.execute(told):
        for kind, value in facts_of(metadata, attributes or {}, entities.get(id, ())):
            yield {"conversation": id, "kind": kind, "value": value, "day": at}
