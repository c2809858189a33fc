"""Conversations and their turns, and which of them still wait to be annotated."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    func,
    insert,
    or_,
    select,
)

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.errors import NotFound
from nlp.signal import Summary
from pipelines.stores.database import CHUNK, Database, chunks
from pipelines.stores.filters import conditions
from pipelines.stores.forgetting import forget
from pipelines.stores.order import Place, ordered
from pipelines.stores.protocols import Filter
from pipelines.stores.protocols.records import Given
from pipelines.stores.schema import (
    conversations,
    identity_links,
    summaries,
    turns,
)
from pipelines.stores.schema.columns import dumps
from pipelines.stores.summaries import read_summary

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
UNKNOWN = Given("")
C = conversations.c
SORTS: dict[str, ColumnElement[Any]] = {
    "started_at": C.started_at,
    "friction": func.coalesce(summaries.c.friction, -1.0),
    "sentiment": func.coalesce(summaries.c.sentiment, 2.0),
}
"""What waits to be annotated stands at one end: below no friction, above the best sentiment."""


class Conversations:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, conversations: Iterable[Conversation], *, given: Mapping[str, Given] | None = None
    ) -> tuple[int, int]:
        added = changed = 0
        with self._database.write(rows=True) as connection:
            for batch in _batches(conversations):
                new, other = self._put(connection, batch, given or {})
                added, changed = added + new, changed + other
        return added, changed

    def _put(
        self, connection: Connection, batch: dict[str, Conversation], given: Mapping[str, Given]
    ) -> tuple[int, int]:
        stored = {r.id: r for r in connection.execute(select(conversations).where(C.id.in_(batch)))}
        owners = _owners(connection, {conversation.customer for conversation in batch.values()})
        rows = [_row(c, stored.get(id), given.get(id, UNKNOWN), owners) for id, c in batch.items()]
        rows = [row for row in rows if _differs(row, stored.get(row["id"]))]
        content = [row for row in rows if _content_differs(row, stored.get(row["id"]))]
        changed = {row["id"]: batch[row["id"]] for row in content if row["id"] in stored}
        kept = forget(connection, changed, {id for id in changed if _placed_alike(batch[id], stored[id])})
        for row in rows:
            if row["id"] in stored and (row["id"] in kept or row["id"] not in changed):
                row["annotated_model"] = stored[row["id"]].annotated_model
        self._database.upsert(connection, conversations, rows)
        spoken = [_turn_row(row["id"], turn) for row in content for turn in batch[row["id"]].turns]
        if spoken:
            connection.execute(insert(turns), spoken)
        return len(content) - len(changed), len(changed)

    def known(self, given: Mapping[str, Given]) -> tuple[set[str], set[str]]:
        same, later = set(), set()
        statement = select(C.id, C.given_hash, C.changed_at)
        with self._database.read() as connection:
            for ids in chunks(given):
                for id, digest, changed in connection.execute(statement.where(C.id.in_(ids))):
                    at = given[id].changed_at
                    if digest == given[id].digest:
                        same.add(id)
                    elif at and changed and at < changed:
                        later.add(id)
        return same, later

    def get(self, id: str) -> Conversation:
        with self._database.read() as connection:
            found = read_conversations(connection, select(conversations).where(C.id == id))
        if not found:
            raise NotFound(f"no conversation {id!r}")
        return found[0]

    def page(
        self,
        filter: Filter,
        *,
        after: str = "",
        limit: int = 50,
        sort: str = "-started_at",
        place: Place | None = None,
    ) -> list[tuple[Conversation, Summary | None]]:
        joined = conversations.outerjoin(summaries, summaries.c.conversation == C.id)
        source = conversations if sort.endswith("started_at") else joined
        statement = select(conversations).select_from(source).where(*conditions(filter))
        with self._database.read() as connection:
            if after:
                last = connection.execute(select(C.started_at).where(C.id == after)).scalar()
                if last is None:
                    raise NotFound(f"no conversation {after!r} to page after")
                statement = statement.where(or_(C.started_at < last, and_(C.started_at == last, C.id > after)))
            statement = ordered(statement, SORTS, C.id, sort=sort, place=place).limit(limit)
            return with_summaries(connection, read_conversations(connection, statement))

    def pending(
        self, model: str, *, batch: int = 256, anew: bool = True, of: Sequence[str] | None = None
    ) -> Iterator[list[Conversation]]:
        after, waiting = "", _waiting(model) if anew else C.annotated_model.is_(None)
        waiting = waiting if of is None else waiting & C.id.in_(of)
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


def linked(connection: Connection, given: Iterable[str]) -> dict[str, str]:
    """The customers that identifiers belong to by now, of those that belong to another than themselves."""
    links, found = identity_links.c, dict[str, str]()
    for part in chunks(sorted(given)):
        rows = connection.execute(select(links.identifier, links.customer).where(links.identifier.in_(part)))
        found |= {row.identifier: row.customer for row in rows}
    return found


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
    if not any(UNSTORABLE.search(turn.text) for turn in conversation.turns):
        return conversation
    spoken = tuple(replace(turn, text=UNSTORABLE.sub("\ufffd", turn.text)) for turn in conversation.turns)
    return replace(conversation, turns=spoken)


def _owners(connection: Connection, identifiers: Collection[str]) -> dict[str, str]:
    """The customers that these identifiers are linked to by now; who is linked to nobody is left out."""
    owners: dict[str, str] = {}
    for some in chunks(identifiers):
        found = connection.execute(select(identity_links).where(identity_links.c.identifier.in_(some)))
        owners |= {row.identifier: row.customer for row in found}
    return owners


def _row(conversation: Conversation, stored: Row[Any] | None, read: Given, owners: Mapping[str, str]) -> dict[str, Any]:
    given = conversation.customer
    return {
        "id": conversation.id,
        "source": conversation.source,
        "channel": str(conversation.channel),
        "customer": stored.customer if stored and stored.customer_given == given else owners.get(given, given),
        "customer_given": given,
        "started_at": conversation.started_at,
        "metadata": dict(conversation.metadata),
        "content_hash": _hash(conversation),
        "annotated_model": None,
        "given_hash": read.digest or None,
        "changed_at": read.changed_at,
    }


def _differs(row: Mapping[str, Any], stored: Row[Any] | None) -> bool:
    given = stored and (stored.given_hash, stored.customer_given)
    return _content_differs(row, stored) or (row["given_hash"], row["customer_given"]) != given


def _content_differs(row: Mapping[str, Any], stored: Row[Any] | None) -> bool:
    return not stored or (row["content_hash"], row["customer"]) != (stored.content_hash, stored.customer)


def _placed_alike(conversation: Conversation, stored: Row[Any]) -> bool:
    """Whether the stage of an annotated conversation stands: it may be that of the customer's last event before."""
    return (conversation.started_at, conversation.customer) == (stored.started_at, stored.customer_given)


def _hash(c: Conversation) -> str:
    spoken = [(t.number, str(t.speaker), t.text, t.at.timestamp() if t.at else None) for t in c.turns]
    content = [c.source, str(c.channel), c.started_at.timestamp(), spoken, dict(c.metadata)]
    return hashlib.sha256(dumps(content).encode()).hexdigest()


def _turn_row(conversation: str, turn: Turn) -> dict[str, Any]:
    spoken = {"number": turn.number, "speaker": str(turn.speaker), "text": turn.text, "at": turn.at}
    return {"conversation": conversation, **spoken}


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
        known |= {row.conversation: read_summary(row) for row in rows}
    return [(conversation, known.get(conversation.id)) for conversation in found]
