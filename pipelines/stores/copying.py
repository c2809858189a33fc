"""A whole database into another, table by table, in batches that are each one transaction, and whether two are equal.

Rows go in the order of their keys, byte by byte on both databases, so that a copy that was broken off goes on behind
the last row that arrived.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    collate,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
)

from nlp.errors import StoreError
from pipelines.stores.database import Database
from pipelines.stores.schema import metadata
from pipelines.stores.sql import revisions

BATCH = 1_000
NOTED = ("stale_days", "stale_features")
"""What triggers write when other tables change: copied last, in place of what the copy itself has noted."""
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Sum:
    """Of one table: its rows, and a hash of all that is in them, in the order of their keys."""

    table: str
    rows: int
    sha256: str


def tables() -> list[Table]:
    """Those that others refer to first, those that triggers write last."""
    return sorted(metadata.sorted_tables, key=lambda table: table.name in NOTED)


def copy(
    source: Database,
    target: Database,
    *,
    resume: bool = False,
    progress: Progress = lambda step, done, total: None,
) -> dict[str, int]:
    """Returns how many rows each table got. Both must be of the newest schema, and nobody may write to them meanwhile.

    Raises StoreError where the target holds anything and the copy is not to `resume`.
    """
    _check(source, target, resume=resume)
    copied: dict[str, int] = {}
    with source.read() as reading:
        for table in tables():
            total = _count(reading, table)
            if table.name in NOTED:
                with target.write() as writing:
                    writing.execute(delete(table))
            with target.read() as arrived:
                done = _count(arrived, table)
                last = _last(arrived, table) if done else None
            copied[table.name] = 0
            progress(table.name, done, total)
            for rows in _batches(reading, table, last):
                with target.write() as writing:
                    writing.execute(insert(table), rows)
                copied[table.name] += len(rows)
                progress(table.name, done + copied[table.name], total)
    with target.write() as writing:
        _number_on(writing)
    return copied


def sums(database: Database, *, progress: Progress = lambda step, done, total: None) -> list[Sum]:
    """Of every table, in one moment of the database."""
    found = []
    with database.read() as connection:
        for table in tables():
            digest, rows, total = hashlib.sha256(), 0, _count(connection, table)
            statement = select(table).order_by(*_keys(table, connection.dialect.name))
            for row in connection.execution_options(yield_per=BATCH).execute(statement):
                digest.update(json.dumps([_plain(value) for value in row], sort_keys=True).encode() + b"\n")
                rows += 1
                if rows % BATCH == 0:
                    progress(table.name, rows, total)
            progress(table.name, rows, total)
            found.append(Sum(table.name, rows, digest.hexdigest()))
    return found


def faults(database: Database) -> list[str]:
    """What is wrong with a database by its own word; [] where nothing is."""
    current, newest = revisions(database)
    found = [] if current == newest else [f"schema {current or 'none'}, not {newest}: frictionary store migrate"]
    with database.read() as connection:
        if connection.dialect.name == "sqlite":
            told = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars()
            found += [str(line) for line in told if line != "ok"]
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            found += [f"{row[0]}: a row of no {row[2]}" for row in lost[:20]]
            return found
        for table in metadata.sorted_tables if current == newest else ():
            found += _orphans(connection, table)
    return found


def _orphans(connection: Connection, table: Table) -> Iterator[str]:
    for key in table.foreign_keys:
        there = select(key.column).where(key.column == key.parent).correlate(table).exists()
        lost = connection.execute(select(func.count()).select_from(table).where(key.parent.is_not(None), ~there))
        if count := lost.scalar_one():
            yield f"{table.name}: {count} rows of no {key.column.table.name}"


def _check(source: Database, target: Database, *, resume: bool) -> None:
    if source.name == target.name:
        raise StoreError(f"{source.name}: a store cannot be copied into itself")
    if resume:
        return
    with target.read() as connection:
        held = [table.name for table in metadata.sorted_tables if connection.execute(select(table).limit(1)).first()]
    if held:
        raise StoreError(f"{target.name} holds {', '.join(held)}; copy into an empty store, or go on with --resume")


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _keys(table: Table, dialect: str) -> list[ColumnElement[Any]]:
    """The primary key, texts byte by byte."""
    return [
        collate(column, "C") if isinstance(column.type, String) and dialect == "postgresql" else column
        for column in table.primary_key
    ]


def _last(connection: Connection, table: Table) -> tuple[Any, ...] | None:
    order = [key.desc() for key in _keys(table, connection.dialect.name)]
    row = connection.execute(select(*table.primary_key).order_by(*order).limit(1)).first()
    return tuple(row) if row else None


def _batches(connection: Connection, table: Table, last: tuple[Any, ...] | None) -> Iterator[list[dict[str, Any]]]:
    names = [column.name for column in table.primary_key]
    while True:
        rows = connection.execute(_behind(table, connection.dialect.name, last).limit(BATCH)).mappings().all()
        if not rows:
            return
        yield [dict(row) for row in rows]
        last = tuple(rows[-1][name] for name in names)


def _behind(table: Table, dialect: str, last: Sequence[Any] | None) -> Select[Any]:
    keys = _keys(table, dialect)
    statement = select(table).order_by(*keys)
    return statement if last is None else statement.where(tuple_(*keys) > tuple_(*_bound(table, last)))


def _bound(table: Table, last: Sequence[Any]) -> list[Any]:
    from sqlalchemy import bindparam

    columns = list(table.primary_key)
    return [bindparam(None, value, type_=column.type) for column, value in zip(columns, last, strict=True)]


def _number_on(connection: Connection) -> None:
    """Numbers that PostgreSQL gives go on behind the highest; SQLite looks for itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        for column in table.primary_key:
            held = text("SELECT pg_get_serial_sequence(:table, :column)")
            name = connection.execute(held, {"table": table.name, "column": column.name}).scalar()
            if name:
                highest = connection.execute(select(func.max(column))).scalar()
                connection.execute(select(func.setval(name, highest or 1, highest is not None)))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, datetime | date) else value
