"""What goes over every cell of a store, whatever tables it has: reading all, renaming pseudonyms, forgetting
people and what is old."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from nlp.identity.claim import record_of
from nlp.redaction.pseudonyms import HASHED, STORED
from pipelines.messages import FORGOTTEN
from pipelines.stores.announcing import forgotten
from pipelines.stores.audits import add
from pipelines.stores.database import Database, chunks
from pipelines.stores.outbox import announce, forget
from pipelines.stores.privacy import done, refuse
from pipelines.stores.protocols.audits import Audit
from pipelines.stores.protocols.privacy import Progress, Refusal
from pipelines.stores.schema import (
    Json,
    assignments,
    audits,
    conversations,
    corrections,
    earlier_assignments,
    edits,
    events,
    found_themes,
    identity_claims,
    key_marks,
    metadata,
    outbox,
    outbox_held,
    outbox_sinks,
    proposals,
    refusals,
    replies,
    signals,
    themes,
    turns,
)
from pipelines.stores.sums.keeping import sum_up

NAMED = re.compile(rf"(?<!\w)(?:{STORED.pattern}|r[0-9a-f]{{20}})(?!\w)|{HASHED.pattern}")
KEPT = (refusals, audits, key_marks, outbox, outbox_held, outbox_sinks)
LISTS = ((themes, "quotes"), (found_themes, "quotes"), (proposals, "segments"), (edits, "segments"))
"""Columns that hold lists of segments."""
EACH = 5_000


class Sweep:
    def __init__(self, database: Database) -> None:
        self._database = database

    def cells(self, progress: Progress = lambda step, done, total: None) -> Iterator[tuple[str, Any]]:
        tables = [(table, self._rows(table)) for table in metadata.sorted_tables]
        done, total = 0, sum(rows for _, rows in tables)
        for table, _ in tables:
            read = [column for column in table.columns if _written(column) or isinstance(column.type, LargeBinary)]
            names = [f"{table.name}.{column.name}" for column in read]
            for row in self._database.stream(select(*read)) if read else ():
                done += 1
                yield from ((name, value) for name, value in zip(names, row, strict=True) if value is not None)
                if done % EACH == 0:
                    progress("store", done, total)
        progress("store", total, total)

    def rename(
        self,
        name: Callable[[str], str],
        fingerprints: Sequence[str],
        *,
        at: datetime,
        progress: Progress = lambda step, done, total: None,
    ) -> dict[str, int]:
        changed: Counter[str] = Counter()
        tables = metadata.sorted_tables
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            records = self._records(connection, name)
            for number, table in enumerate(tables, start=1):
                changed[table.name] = _rename(connection, table, lambda one: records.get(one) or name(one))
                progress("tables", number, len(tables))
            rows = [{"number": n, "fingerprint": mark, "at": at} for n, mark in enumerate(fingerprints)]
            self._database.upsert(connection, key_marks, rows)
            sum_up(self._database, connection)  # customers are told apart by hashes of their names
        return {table: rows for table, rows in changed.items() if rows}

    def forget(
        self,
        identifiers: Collection[str],
        *,
        conversations: Collection[str] = (),
        refusals: Collection[Refusal] = (),
        entry: Audit | None = None,
    ) -> dict[str, int]:
        with self._database.write() as connection:
            gone = self._forget(connection, list(identifiers), conversations)
            if refusals:
                refuse(self._database, connection, refusals, entry.at if entry else datetime.now(UTC))
                done(connection, refusals)
            if entry and (gone or entry.subject):
                add(connection, replace(entry, counts={**gone, **entry.counts}))
        return gone

    def _forget(self, connection: Connection, ids: Sequence[str], conversations: Collection[str]) -> dict[str, int]:
        gone, talks = Counter[str](), sorted({*_stored(connection, conversations), *_conversations_of(connection, ids)})
        if not ids and not talks:
            return {}
        for part in chunks(talks):
            gone.update(_forget_conversations(connection, part))
        for table in metadata.sorted_tables:
            if table not in KEPT:
                gone[table.name] += _forget_named(connection, table, ids)
        gone["outbox"] += forget(connection, ids, talks, but=FORGOTTEN)
        sum_up(self._database, connection)  # in which they were counted
        self._database.backend.purge(connection)
        connection.execute(delete(replies))  # answers that may quote them
        if gone.total():
            announce(self._database, connection, forgotten(connection, ids, talks))
        return {table: rows for table, rows in gone.items() if rows}

    def expire(self, before: datetime) -> dict[str, int]:
        later = select(turns.c.number).where(turns.c.conversation == conversations.c.id, turns.c.at >= before)
        old = select(conversations.c.id).where(conversations.c.started_at < before, ~later.exists())
        with self._database.read() as connection:
            talks = list(connection.scalars(old))
        gone = Counter(self.forget((), conversations=talks) if talks else {})
        with self._database.write() as connection:
            gone["events"] += connection.execute(delete(events).where(events.c.at < before)).rowcount
        return {table: rows for table, rows in gone.items() if rows}

    def _rows(self, table: Table) -> int:
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def _records(self, connection: Connection, name: Callable[[str], str]) -> dict[str, str]:
        """A record of claims is named after its identifiers (see `nlp.identity.claim`)."""
        told: dict[str, list[str]] = {}
        for row in connection.execute(select(identity_claims.c.record, identity_claims.c.identifier).distinct()):
            told.setdefault(row.record, []).append(row.identifier)
        return {record: record_of(map(name, found)) for record, found in told.items() if record == record_of(found)}


def _written(column: Column[Any]) -> bool:
    return isinstance(column.type, String | Json)


def _rename(connection: Connection, table: Table, name: Callable[[str], str]) -> int:
    """JSON is renamed as it is written."""
    columns = [column for column in table.columns if _written(column)]
    keys = list(table.primary_key)
    if not columns or table in (key_marks,):
        return 0
    named = [*(key.label(f"k_{key.name}") for key in keys), *(type_coerce(c, Text()).label(c.name) for c in columns)]
    changes = []
    for row in connection.execute(select(*named).execution_options(yield_per=EACH)).mappings():
        new = {c.name: NAMED.sub(lambda m: name(m[0]), row[c.name]) if row[c.name] else row[c.name] for c in columns}
        if any(new[c.name] != row[c.name] for c in columns):
            changes.append(
                {f"k_{key.name}": row[f"k_{key.name}"] for key in keys} | {f"v_{n}": v for n, v in new.items()}
            )
    if changes:
        where = and_(*(key == bindparam(f"k_{key.name}") for key in keys))
        values = {column.name: bindparam(f"v_{column.name}", type_=Text()) for column in columns}
        connection.execute(update(table).where(where).values(values), changes)
    return len(changes)


def _stored(connection: Connection, wanted: Collection[str]) -> Iterator[str]:
    for part in chunks(wanted):
        yield from connection.scalars(select(conversations.c.id).where(conversations.c.id.in_(part)))


def _conversations_of(connection: Connection, ids: Sequence[str]) -> Iterator[str]:
    for part in chunks(ids):
        theirs = or_(conversations.c.customer.in_(part), conversations.c.customer_given.in_(part))
        yield from connection.scalars(select(conversations.c.id).where(theirs))


def _forget_conversations(connection: Connection, ids: Sequence[str]) -> Counter[str]:
    gone: Counter[str] = Counter()
    for table in (
        assignments,
        earlier_assignments,
        corrections,
        signals,
    ):  # the latter would go with its conversation, uncounted
        for id in ids:
            # as a range: "#" begins what is a segment's own, "$" is the next character
            own = and_(table.c.segment >= f"{id}#", table.c.segment < f"{id}$")
            gone[table.name] += connection.execute(delete(table).where(own)).rowcount
    for table, column in LISTS:
        gone[f"{table.name}.{column}"] += _forget_listed(connection, table, column, set(ids))
    gone["conversations"] += connection.execute(delete(conversations).where(conversations.c.id.in_(ids))).rowcount
    return gone


def _forget_listed(connection: Connection, table: Table, column: str, ids: set[str]) -> int:
    keys, changed = list(table.primary_key), 0
    for row in connection.execute(select(*keys, table.c[column])).mappings().all():
        left = [segment for segment in row[column] or () if segment.rpartition("#")[0] not in ids]
        if len(left) < len(row[column] or ()):
            where = and_(*(key == row[key.name] for key in keys))
            connection.execute(update(table).where(where).values({column: left}))
            changed += 1
    return changed


def _forget_named(connection: Connection, table: Table, ids: Sequence[str]) -> int:
    """Rows that have one of the pseudonyms as a whole value, or in a list."""
    gone = 0
    whole = [
        column for column in table.columns if isinstance(column.type, String) and not isinstance(column.type, Text)
    ]
    for part in chunks(ids):
        if whole:
            gone += connection.execute(delete(table).where(or_(*(c.in_(part) for c in whole)))).rowcount
        for column in (c for c in table.columns if isinstance(c.type, Json)):
            held = or_(*(type_coerce(column, Text()).contains(f'"{one}"') for one in part[:100]))
            gone += connection.execute(delete(table).where(held)).rowcount if table.name == "identity_conflicts" else 0
    return gone
