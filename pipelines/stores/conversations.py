"""Conversations and their turns, and which of them still wait to be annotated."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.errors import NotFound
from nlp.signal import Summary
from pipelines.stores.database import CHUNK, Database, chunks
from pipelines.stores.filters import conditions
from pipelines.stores.protocols import Filter
from pipelines.stores.schema import (
    assignments,
    conversations,
    customers,
    earlier_assignments,
    events,
    signals,
    summaries,
    turns,
)

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
C = conversations.c


class Conversations:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, conversations: Iterable[Conversation]) -> tuple[int, int]:
        added = changed = 0
        with self._database.write() as connection:
            for batch in _batches(conversations):
                new, other = self._put(connection, batch)
                added, changed = added + new, changed + other
        return added, changed

    def _put(self, connection: Connection, batch: dict[str, Conversation]) -> tuple[int, int]:
        stored = {r.id: r for r in connection.execute(select(conversations).where(C.id.in_(batch)))}
        rows = [_row(conversation, stored.get(id)) for id, conversation in batch.items()]
        rows = [row for row in rows if _differs(row, stored.get(row["id"]))]
        changed = [row["id"] for row in rows if row["id"] in stored]
        _forget(connection, changed)
        self._database.upsert(connection, conversations, rows)
        spoken = [_turn_row(row["id"], turn) for row in rows for turn in batch[row["id"]].turns]
        if spoken:
            connection.execute(insert(turns), spoken)
        return len(rows) - len(changed), len(changed)

    def get(self, id: str) -> Conversation:
        with self._database.read() as connection:
            found = read_conversations(connection, select(conversations).where(C.id == id))
        if not found:
            raise NotFound(f"no conversation {id!r}")
        return found[0]

    def page(self, filter: Filter, *, after: str = "", limit: int = 50) -> list[tuple[Conversation, Summary | None]]:
        statement = select(conversations).where(*conditions(filter))
        with self._database.read() as connection:
            if after:
                last = connection.execute(select(C.started_at).where(C.id == after)).scalar()
                if last is None:
                    raise NotFound(f"no conversation {after!r} to page after")
                statement = statement.where(or_(C.started_at < last, and_(C.started_at == last, C.id > after)))
            statement = statement.order_by(C.started_at.desc(), C.id).limit(limit)
            return with_summaries(connection, read_conversations(connection, statement))

    def pending(self, model: str, *, batch: int = 256, anew: bool = True) -> Iterator[list[Conversation]]:
        after, waiting = "", _waiting(model) if anew else C.annotated_model.is_(None)
        while True:
            with self._database.read() as connection:
                statement = select(conversations).where(waiting, C.id > after).order_by(C.id).limit(batch)
                found = read_conversations(connection, statement)
            if not found:
                return
            yield found
            after = found[-1].id

    def waiting(self, model: str) -> int:
        with self._database.read() as connection:
            statement = select(func.count()).select_from(conversations).where(_waiting(model))
            return connection.execute(statement).scalar_one()

    def count(self, filter: Filter = Filter()) -> int:
        with self._database.read() as connection:
            statement = select(func.count()).select_from(conversations).where(*conditions(filter))
            return connection.execute(statement).scalar_one()

    def recustomer(self, old_to_new: Mapping[str, str]) -> int:
        """Their events and attributes move along; where both have an attribute, the new customer's stays."""
        moves = {old: new for old, new in old_to_new.items() if old != new}
        with self._database.write() as connection:
            changed = _move(connection, conversations, moves)
            _move(connection, events, moves)
            self._merge_attributes(connection, moves)
        return changed

    def _merge_attributes(self, connection: Connection, moves: Mapping[str, str]) -> None:
        known: dict[str, dict[str, Any]] = {}
        for ids in chunks({*moves, *moves.values()}):
            rows = connection.execute(select(customers).where(customers.c.id.in_(ids)))
            known |= {row.id: dict(row.attributes) for row in rows}
        merged = {id: attributes for id, attributes in known.items() if id not in moves}
        for old in sorted(moves.keys() & known.keys()):
            merged[moves[old]] = known[old] | merged.get(moves[old], {})
        for ids in chunks(moves.keys() & known.keys()):
            connection.execute(delete(customers).where(customers.c.id.in_(ids)))
        self._database.upsert(connection, customers, [{"id": id, "attributes": a} for id, a in merged.items()])


def _waiting(model: str) -> ColumnElement[bool]:
    return or_(C.annotated_model.is_(None), C.annotated_model != model)


def _batches(found: Iterable[Conversation]) -> Iterator[dict[str, Conversation]]:
    """No id twice in a batch: the second must meet the first in the store."""
    batch: dict[str, Conversation] = {}
    for conversation in found:
        if conversation.id in batch or len(batch) == CHUNK:
            yield batch
            batch = {}
        batch[conversation.id] = _storable(conversation)
    if batch:
        yield batch


def _storable(conversation: Conversation) -> Conversation:
    """NULs and lone surrogates, which PostgreSQL refuses, become U+FFFD: offsets stay."""
    spoken = tuple(replace(turn, text=UNSTORABLE.sub("\ufffd", turn.text)) for turn in conversation.turns)
    return replace(conversation, turns=spoken)


def _row(conversation: Conversation, stored: Row[Any] | None) -> dict[str, Any]:
    given = conversation.customer
    return {
        "id": conversation.id,
        "source": conversation.source,
        "channel": str(conversation.channel),
        "customer": stored.customer if stored and stored.customer_given == given else given,
        "customer_given": given,
        "started_at": conversation.started_at,
        "metadata": dict(conversation.metadata),
        "content_hash": _hash(conversation),
        "annotated_model": None,
    }


def _differs(row: Mapping[str, Any], stored: Row[Any] | None) -> bool:
    return not stored or (row["content_hash"], row["customer"]) != (stored.content_hash, stored.customer)


def _hash(c: Conversation) -> str:
    spoken = [(t.number, str(t.speaker), t.text, t.at.timestamp() if t.at else None) for t in c.turns]
    content = [c.source, str(c.channel), c.started_at.timestamp(), spoken, dict(c.metadata)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _turn_row(conversation: str, turn: Turn) -> dict[str, Any]:
    spoken = {"number": turn.number, "speaker": str(turn.speaker), "text": turn.text, "at": turn.at}
    return {"conversation": conversation, **spoken}


def _forget(connection: Connection, ids: Sequence[str]) -> None:
    """Drop the turns of these conversations and all that was found in them."""
    if not ids:
        return
    segments = select(signals.c.segment).where(signals.c.conversation.in_(ids))
    for table in (assignments, earlier_assignments):
        connection.execute(delete(table).where(table.c.segment.in_(segments)))
    for table in (signals, summaries, turns):  # embeddings go with their signals
        connection.execute(delete(table).where(table.c.conversation.in_(ids)))


def _move(connection: Connection, table: Table, moves: Mapping[str, str]) -> int:
    """Read all rows before changing any: where b becomes c, rows that were a and become b must stay b."""
    found: list[dict[str, Any]] = []
    for old in chunks(moves):
        rows = connection.execute(select(table.c.id, table.c.customer).where(table.c.customer.in_(old)))
        found += [{"row": row.id, "new": moves[row.customer]} for row in rows]
    if found:
        moved = update(table).where(table.c.id == bindparam("row")).values(customer=bindparam("new"))
        connection.execute(moved, found)
    return len(found)


def read_conversations(connection: Connection, statement: Select[Any]) -> list[Conversation]:
    """The conversations that `statement`, a select of their rows, finds, in its order."""
    rows = connection.execute(statement).all()
    spoken: dict[str, list[Turn]] = {row.id: [] for row in rows}
    for ids in chunks(spoken):
        found = select(turns).where(turns.c.conversation.in_(ids)).order_by(turns.c.conversation, turns.c.number)
        for turn in connection.execute(found):
            spoken[turn.conversation].append(Turn(turn.number, Speaker(turn.speaker), turn.text, turn.at))
    return [_conversation(row, spoken[row.id]) for row in rows]


def _conversation(r: Row[Any], spoken: Sequence[Turn]) -> Conversation:
    return Conversation(r.id, r.source, Channel(r.channel), r.customer, r.started_at, tuple(spoken), r.metadata)


def with_summaries(connection: Connection, found: Sequence[Conversation]) -> list[tuple[Conversation, Summary | None]]:
    known: dict[str, Summary] = {}
    for ids in chunks(conversation.id for conversation in found):
        rows = connection.execute(select(summaries).where(summaries.c.conversation.in_(ids)))
        known |= {row.conversation: Summary(*row) for row in rows}
    return [(conversation, known.get(conversation.id)) for conversation in found]
