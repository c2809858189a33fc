"""The databases that every test of a store runs over."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import pytest

from pipelines.stores.sql import SqlStore

POSTGRES = os.environ.get("FRICTIONARY_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@contextmanager
def schema() -> Iterator[str]:
    """The URL of an empty schema on the test server, dropped afterwards; without a server the test is skipped."""
    psycopg = pytest.importorskip("psycopg")
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL server to test on: {error}")
    name = f"test_{uuid4().hex}"
    with server:
        server.execute(f"CREATE SCHEMA {name}")
        yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{name}"
        server.execute(f"DROP SCHEMA {name} CASCADE")
    server.close()


@contextmanager
def place(database: str, folder: Path) -> Iterator[str]:
    """An empty store's URL."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'store.db'}"
    else:
        with schema() as url:
            yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with place(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def other(url: str, tmp_path: Path) -> Iterator[str]:
    """A second store's URL, on the other database."""
    with place("postgres" if url.startswith("sqlite") else "sqlite", tmp_path) as found:
        yield found


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store's file, of which each test over SQLite has a copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "store.db"
    with SqlStore.open(f"sqlite:///{path}"):
        return path


@pytest.fixture
def store(url: str, migrated: Path) -> Iterator[SqlStore]:
    if url.startswith("sqlite"):
        copyfile(migrated, url.removeprefix("sqlite:///"))
    with SqlStore.open(url) as opened:
        yield opened
