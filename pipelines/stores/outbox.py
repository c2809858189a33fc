"""Messages to other systems, and how far each sink is with them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, delete, func, insert, or_, select, update

from nlp.errors import NotFound, StoreError
from pipelines.messages import Message
from pipelines.stores.database import Database, chunks
from pipelines.stores.protocols.outbox import Held, Progress, Sink
from pipelines.stores.schema import outbox, outbox_held, outbox_sinks, told_movements

O, S, H = outbox.c, outbox_sinks.c, outbox_held.c  # noqa: E741
NAMES = tuple(field.name for field in fields(Message))
OWN = [O[name] for name in NAMES]


def listening(connection: Connection) -> bool:
    return bool(connection.execute(select(select(S.name).exists())).scalar())


def announce(database: Database, connection: Connection, messages: Iterable[Message]) -> None:
    """Write messages, last of all in the transaction of what they tell of: their numbers follow the order of commits,
    so that nobody who reads by number misses one that is committed late."""
    rows = [{name: getattr(m, name) for name in NAMES} for m in messages]
    if rows:
        database.backend.lock_outbox(connection)
        for number, row in enumerate(rows, start=_last(connection) + 1):
            row["number"] = number
        for some in chunks(rows):
            connection.execute(insert(outbox), some)


def _last(connection: Connection) -> int:
    """The last number that was given, also where its message is gone by now."""
    told = select(func.coalesce(func.max(O.number), 0)).scalar_subquery()
    seen = select(func.coalesce(func.max(S.position), 0)).scalar_subquery()
    first, second = connection.execute(select(told, seen)).one()
    return max(int(first), int(second))


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def listening(self) -> bool:
        with self._database.read() as connection:
            return listening(connection)

    def subscribe(self, name: str, at: datetime) -> None:
        with self._database.write() as connection:
            self._database.backend.lock_outbox(connection)
            if connection.execute(select(S.name).where(S.name == name)).first():
                return
            fresh = {"owner": "", "until": None, "delivered": 0, "delivered_at": None, "failures": 0, "error": ""}
            last = _last(connection)
            connection.execute(insert(outbox_sinks), [{"name": name, "position": last, "since": at, **fresh}])

    def remove(self, name: str) -> None:
        with self._database.write() as connection:
            if not connection.execute(delete(outbox_sinks).where(S.name == name)).rowcount:
                raise _unknown(connection, name)

    def sinks(self) -> list[Sink]:
        with self._database.read() as connection:
            return [_sink(connection, row) for row in connection.execute(select(outbox_sinks).order_by(S.name)).all()]

    def sink(self, name: str, *, counted: bool = True) -> Sink:
        with self._database.read() as connection:
            row = connection.execute(select(outbox_sinks).where(S.name == name)).first()
            if row is None:
                raise _unknown(connection, name)
            return _sink(connection, row) if counted else Sink(**row._mapping)

    def lease(self, name: str, owner: str, *, at: datetime, until: datetime, over: Collection[str] = ()) -> bool:
        free = or_(S.owner.in_(["", owner, *over]), S.until.is_(None), S.until <= at)
        with self._database.write() as connection:
            taken = update(outbox_sinks).where(S.name == name, free).values(owner=owner, until=until)
            return connection.execute(taken).rowcount > 0

    def release(self, name: str, owner: str) -> None:
        with self._database.write() as connection:
            left = update(outbox_sinks).where(S.name == name, S.owner == owner).values(owner="", until=None)
            connection.execute(left)

    def fresh(self, name: str, *, limit: int) -> list[Message]:
        after = select(S.position).where(S.name == name).scalar_subquery()
        with self._database.read() as connection:
            rows = connection.execute(select(*OWN).where(O.number > after).order_by(O.number).limit(limit))
            return [Message(*row) for row in rows]

    def due(self, name: str, at: datetime, *, limit: int) -> list[Held]:
        first = select(func.min(H.number)).where(H.sink == name, ~H.dead).group_by(H.key)
        with self._database.read() as connection:
            rows = connection.execute(_held(name).where(H.number.in_(first), H.due_at <= at).limit(limit))
            return list(map(_read, rows))

    def blocked(self, name: str, keys: Collection[str]) -> set[str]:
        found: set[str] = set()
        with self._database.read() as connection:
            for some in chunks(keys):
                held = select(H.key).where(H.sink == name, ~H.dead, H.key.in_(some)).distinct()
                found |= set(connection.execute(held).scalars())
        return found

    def settle(self, name: str, owner: str, progress: Progress) -> None:
        p = progress
        moved = case((S.position == p.after, p.position), else_=S.position)  # where nobody has replayed meanwhile
        values: dict[str, Any] = {"position": moved, "failures": p.failures, "error": p.error}
        values |= {"delivered": S.delivered + len(p.delivered)} if p.delivered else {}
        values |= {"delivered_at": p.at} if p.delivered else {}
        values |= {"until": p.until} if p.until else {}
        with self._database.write() as connection:
            mine = update(outbox_sinks).where(S.name == name, S.owner == owner)
            if not connection.execute(mine.values(values)).rowcount:
                raise StoreError(f"sink {name!r} is served by another publisher by now, or was removed")
            for numbers in chunks(p.delivered):
                connection.execute(delete(outbox_held).where(H.sink == name, H.number.in_(numbers)))
            self._hold(connection, name, p.held, p.at)

    def _hold(self, connection: Connection, name: str, held: Sequence[Held], at: datetime) -> None:
        """What was forgotten meanwhile is not held."""
        rows = [
            {
                "sink": name,
                "number": h.message.number,
                "key": h.message.key,
                "tries": h.tries,
                "due_at": h.due_at or at,
                "error": h.error,
                "dead": h.dead,
            }
            for h in held
        ]
        for some in chunks(rows):
            here = select(O.number).where(O.number.in_([row["number"] for row in some]))
            known = set(connection.execute(here.with_for_update()).scalars())
            self._database.upsert(connection, outbox_held, [row for row in some if row["number"] in known])

    def dead(self, name: str, *, limit: int = 50) -> list[Held]:
        with self._database.read() as connection:
            rows = connection.execute(_held(name).where(H.dead).order_by(None).order_by(O.number.desc()).limit(limit))
            return list(map(_read, rows))

    def replay(self, name: str, *, since: datetime | None = None, at: datetime) -> int:
        with self._database.write() as connection:
            state = connection.execute(select(outbox_sinks).where(S.name == name)).first()
            if state is None:
                raise _unknown(connection, name)
            if since is None:
                again = update(outbox_held).where(H.sink == name, H.dead).values(dead=False, tries=0, due_at=at)
                return connection.execute(again).rowcount
            return _rewind(connection, name, state.position, since)

    def prune(self, before: datetime) -> int:
        held = select(H.number)
        with self._database.write() as connection:
            told = connection.execute(select(func.min(S.position))).scalar()
            last = select(func.max(O.number)).scalar_subquery()
            old = and_(O.at < before, O.number.not_in(held), O.number < last)  # so that no number is given again
            if told is not None:
                old = and_(old, O.number <= told)
            return connection.execute(delete(outbox).where(old)).rowcount

    def move(self, kinds: Mapping[str, str], messages: Mapping[str, Message]) -> int:
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            known = {row.theme: row.kind for row in connection.execute(select(told_movements))}
            new = [theme for theme, kind in kinds.items() if known.get(theme) != kind]
            self._database.upsert(connection, told_movements, [{"theme": t, "kind": kinds[t]} for t in new])
            told = [messages[theme] for theme in new if theme in messages]
            announce(self._database, connection, told)
        return len(told)


def forget(connection: Connection, customers: Sequence[str], conversations: Sequence[str], *, but: str) -> int:
    """Delete the messages of these, but those of one kind."""
    gone = 0
    for column, ids in ((O.customer, customers), (O.subject, [*customers, *conversations])):
        for some in chunks(ids):
            gone += connection.execute(delete(outbox).where(column.in_(some), O.kind != but)).rowcount
    return gone


def _rewind(connection: Connection, name: str, position: int, since: datetime) -> int:
    """Whatever is held from there on is read again with the rest."""
    first = connection.execute(select(func.min(O.number)).where(O.at >= since)).scalar()
    start = position if first is None else min(position, first - 1)
    connection.execute(update(outbox_sinks).where(S.name == name).values(position=start, failures=0))
    connection.execute(delete(outbox_held).where(H.sink == name, H.number > start))
    again = select(func.count()).select_from(outbox).where(O.number > start, O.number <= position)
    return connection.execute(again).scalar_one()


def _held(name: str) -> Select[Any]:
    own = (H.tries, H.due_at, H.error, H.dead)
    return select(*own, *OWN).join(outbox, O.number == H.number).where(H.sink == name).order_by(O.number)


def _read(row: Row[Any]) -> Held:
    own: Sequence[Any] = tuple(row)
    return Held(Message(*own[4:]), *own[:4])


def _sink(connection: Connection, row: Row[Any]) -> Sink:
    """The oldest is of those in order; of what is held, the first."""
    state = Sink(**row._mapping)
    left = select(func.count(), func.min(O.at)).where(O.number > state.position)
    count, oldest = connection.execute(left).one()
    waits = select(func.count(), func.min(O.at)).join(outbox, O.number == H.number).where(H.sink == state.name)
    held, first = connection.execute(waits.where(~H.dead)).one()
    dead = connection.execute(waits.where(H.dead)).one()[0]
    since = min((at for at in (oldest, first) if at), default=None)
    return replace(state, waiting=count + held, oldest=since, held=held, dead=dead)


def _unknown(connection: Connection, name: str) -> NotFound:
    known = connection.execute(select(S.name).order_by(S.name)).scalars().all()
    return NotFound(f"no sink {name!r}; known: {', '.join(known) or 'none, as nothing was published yet'}")
