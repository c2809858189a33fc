"""The databases that every test of a store runs over."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from pipelines.stores.sql import SqlStore

if TYPE_CHECKING:
    import psycopg

POSTGRES = os.environ.get("FRICTIONARY_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
SHAPE = """SELECT md5(string_agg(concat_ws(' ', kind, thing, of), ',' ORDER BY kind, thing, of)) FROM (
SELECT relkind::text, relname::text, attname || atttypid::text
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = %(name)s::regnamespace AND attnum > 0
UNION ALL SELECT 'trigger', tgname::text, relname::text FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid
WHERE relnamespace = %(name)s::regnamespace
UNION ALL SELECT 'function', proname::text, md5(prosrc) FROM pg_proc WHERE pronamespace = %(name)s::regnamespace
) AS all_of (kind, thing, of)"""
"""Of a schema: its tables, indexes, columns, triggers and functions."""


@contextmanager
def schema() -> Iterator[tuple["psycopg.Connection", str]]:
    """An empty schema's name on the test server, dropped afterwards; without a server the test is skipped."""
    psycopg = pytest.importorskip("psycopg")
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL server to test on: {error}")
    name = f"test_{uuid4().hex}"
    try:
        server.execute(f"CREATE SCHEMA {name}")
        yield server, name
        server.execute(f"DROP SCHEMA {name} CASCADE")
    finally:
        server.close()


def url_of(name: str) -> str:
    return f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{name}"


@pytest.fixture(autouse=True)
def new_stores() -> None:
    """Each is migrated, unless a test says that it begins with a store (`Migrated`)."""


class Migrated:
    """Empty stores: migrating takes longer than most tests. Over SQLite each test has a copy of one file; over
    PostgreSQL one schema is emptied for the next test, and another made where a test has changed more than rows."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._kept = folder, ExitStack()
        self._server: psycopg.Connection | None = None
        self._name = self._shape = ""

    def copy(self, file: Path) -> None:
        path = self._folder / "store.db"
        if not path.exists():
            SqlStore.open(f"sqlite:///{path}").close()
        copyfile(path, file)

    @contextmanager
    def lent(self) -> Iterator[str]:
        if self._server is None:
            self._server, self._name = self._kept.enter_context(schema())
            SqlStore.open(url_of(self._name)).close()
            self._shape = self._read_shape(self._server)
        yield url_of(self._name)
        if self._read_shape(self._server) == self._shape:
            self._empty(self._server)
        else:
            self.close()

    def close(self) -> None:
        self._kept.close()
        self._server = None

    def _read_shape(self, server: "psycopg.Connection") -> str:
        found = server.execute(SHAPE, {"name": self._name}).fetchone()
        assert found
        return str(found[0])

    def _empty(self, server: "psycopg.Connection") -> None:
        """Rows go, and numbers begin anew; what refuses to be deleted from is not asked."""
        tables = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (self._name,)).fetchall()
        used = server.execute(
            "SELECT sequencename FROM pg_sequences WHERE schemaname = %s AND last_value IS NOT NULL", (self._name,)
        ).fetchall()
        with server.transaction():
            server.execute("SET LOCAL lock_timeout = '20s'")
            server.execute("SET LOCAL session_replication_role = replica")
            for (table,) in tables:
                if table != "alembic_version":
                    server.execute(f'DELETE FROM {self._name}."{table}"')
            for (sequence,) in used:
                server.execute(f'ALTER SEQUENCE {self._name}."{sequence}" RESTART')


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migrated]:
    made = Migrated(tmp_path_factory.mktemp("migrated"))
    yield made
    made.close()


@contextmanager
def place(database: str, folder: Path, full: Migrated | None) -> Iterator[str]:
    """The URL of an empty store where it is to be `full`y migrated, else of none."""
    file = folder / "store.db"
    if database == "sqlite":
        if full:
            full.copy(file)
        yield f"sqlite:///{file}"
    elif full:
        with full.lent() as url:
            yield url
    else:
        with schema() as (_, name):
            yield url_of(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path, migrated: Migrated) -> Iterator[str]:
    full = {"store", "source"} & set(request.fixturenames)
    with place(request.param, tmp_path, migrated if full else None) as found:
        yield found


@pytest.fixture
def other(url: str, request: pytest.FixtureRequest, tmp_path: Path, migrated: Migrated) -> Iterator[str]:
    """A second store's URL, on the other database."""
    database = "postgres" if url.startswith("sqlite") else "sqlite"
    with place(database, tmp_path, migrated if "target" in request.fixturenames else None) as found:
        yield found


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with SqlStore.open(url) as opened:
        yield opened
