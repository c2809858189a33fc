"""A store copied into another database is equal to it, also where the copy was broken off; what differs is told."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Date, Double, Integer, LargeBinary, Table, delete, insert, select

from nlp.errors import StoreError
from pipelines.movements import ranked
from pipelines.overview import overview
from pipelines.search import parse
from pipelines.stores import open_store
from pipelines.stores.copying import BATCH, copy, faults, sums, tables
from pipelines.stores.database import Database
from pipelines.stores.protocols import Store
from pipelines.stores.schema import Json, UtcTime, conversations, stale_features, turns
from pipelines.stores.sql import SqlStore, migrate, revisions

MONDAY = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
NAMES = ("Zebra", "apple", "_x", "é:1", "a b", "10", "9")
"""In another order by the rules of a language than byte by byte."""


def value(column: Column[Any], n: int) -> Any:
    """The n-th value of a column's type; none for every third where there may be none."""
    kinds: dict[type, Any] = {
        Json: {"é": [n, None, 0.1], "b": "\x00"},
        UtcTime: MONDAY + timedelta(days=n, microseconds=n),
        Date: date(2026, 3, 1 + n),
        LargeBinary: bytes([0, n, 255]),
        Boolean: n % 2 == 0,
        Double: n / 3,
        BigInteger: 2**40 + n,
        Integer: n,
    }
    if column.nullable and n % 3 == 2:
        return None
    found = next((made for kind, made in kinds.items() if isinstance(column.type, kind)), f"{NAMES[n]}{column.name}")
    key = next(iter(column.foreign_keys), None)
    return value(key.column, n) if key is not None else found


def rows_of(table: Table) -> int:
    return 1 if table.name == "rollup_state" else len(NAMES)


def fill(database: Database) -> None:
    """Rows in every table."""
    for table in tables():
        rows = [{column.name: value(column, n) for column in table.columns} for n in range(rows_of(table))]
        with database.write() as connection:
            if table.name.startswith("stale_"):
                connection.execute(delete(table))
            connection.execute(insert(table), rows)


@pytest.fixture
def source(url: str) -> Iterator[Database]:
    database = Database(url)
    migrate(database)
    fill(database)
    yield database
    database.engine.dispose()


@pytest.fixture
def target(other: str) -> Iterator[Database]:
    database = Database(other)
    migrate(database)
    yield database
    database.engine.dispose()


def test_a_copy_is_equal_to_what_was_copied_in_every_table(source: Database, target: Database) -> None:
    copied = copy(source, target)
    assert copied == {table.name: rows_of(table) for table in tables()}
    assert sums(source) == sums(target)
    assert (faults(source), faults(target)) == ([], [])


def test_a_copy_can_be_worked_with(source: Database, other: str, target: Database) -> None:
    copy(source, target)
    with open_store(other) as store:
        said = next(iter(store.search.words(parse("Zebratext"))))
        assert said.conversation == value(conversations.c.id, 0)
        before = store.features.waiting()
        store.sweep.forget(["nobody"])
        assert store.features.waiting() == before
    with target.write() as connection:  # numbers go on behind those that were copied
        connection.execute(insert(stale_features), [{"customer": "new"}])
        numbers = connection.execute(select(stale_features.c.number)).scalars().all()
    assert len(set(numbers)) == len(NAMES) + 1
    assert max(numbers) > value(stale_features.c.number, 6)


def test_a_copy_that_was_broken_off_goes_on(source: Database, target: Database) -> None:
    many = [
        {"conversation": value(conversations.c.id, 0), "number": n, "speaker": "customer", "text": f"{n}", "at": None}
        for n in range(10, 10 + 2 * BATCH)
    ]
    with source.write() as connection:
        connection.execute(insert(turns), many)

    def broken(step: str, done: int, total: int | None) -> None:
        if step == "turns" and done >= BATCH:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(source, target, progress=broken)
    assert sums(source) != sums(target)
    with pytest.raises(StoreError, match="--resume"):
        copy(source, target)
    copied = copy(source, target, resume=True)
    assert 0 < copied["turns"] < 2 * BATCH + len(NAMES)
    assert sums(source) == sums(target)


def test_whatever_differs_is_told_by_its_table(source: Database, target: Database) -> None:
    copy(source, target)
    table: Table = turns
    with target.write() as connection:
        connection.execute(table.update().where(table.c.number == 1).values(text="other"))
    differ = [one.table for one, two in zip(sums(source), sums(target), strict=True) if one != two]
    assert differ == ["turns"]


def test_a_store_is_not_copied_into_itself(source: Database) -> None:
    with pytest.raises(StoreError, match="into itself"):
        copy(source, source, resume=True)


def test_an_old_schema_is_a_fault_and_migrations_go_to_any_revision_and_back(store: SqlStore, url: str) -> None:
    database = Database(url)
    newest = revisions(database)[1]
    migrate(database, "0010")
    assert revisions(database) == ("0010", newest)
    assert any("0010" in fault for fault in faults(database))
    migrate(database, "0014")
    assert revisions(database)[0] == "0014"
    migrate(database, "base")
    assert revisions(database)[0] is None
    migrate(database, "0012")
    migrate(database)
    assert revisions(database)[0] == newest
    assert faults(database) == []
    with pytest.raises(StoreError, match="no schema '9999'; known: base, 0001 to "):
        migrate(database, "9999")
    database.engine.dispose()


def test_a_store_that_was_worked_with_is_copied_equal(
    url: str, other: str, target: Database, put_leavers: Callable[[Store], None]
) -> None:
    with open_store(url) as store:
        put_leavers(store)
    source = Database(url)
    copy(source, target)
    assert sums(source) == sums(target)
    with open_store(other) as copied, open_store(url) as store:
        assert overview(copied) == overview(store)
        assert ranked(copied) == ranked(store)
    source.engine.dispose()


def test_an_empty_file_is_no_store(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "empty.db"))
    assert faults(database)[0].startswith("schema none")
    database.engine.dispose()
