"""One database: its connections, transactions and upserts, whichever of the two it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, ColumnElement, Connection, Engine, Select, Table, make_url, select
from sqlalchemy.exc import ArgumentError, DataError, SQLAlchemyError

from nlp.errors import BadInput, StoreError, UnknownName
from pipelines.stores.matches import Matches
from pipelines.stores.protocols.search import Words

T = TypeVar("T")
CHUNK = 1_000  # parameters of one IN; both databases take thousands more


class Backend(Protocol):
    """What sqlite.py and postgres.py each provide."""

    def open_engine(self, url: URL) -> Engine: ...

    def insert(self, table: Any, /) -> Any: ...

    def lock(self, connection: Connection, /) -> None: ...

    def lock_outbox(self, connection: Connection, /) -> None: ...

    def day(self, column: ColumnElement[Any], /) -> ColumnElement[Any]: ...

    def week(self, column: ColumnElement[Any], /) -> ColumnElement[Any]: ...

    def matches(self, asked: Words, /, *, mark: tuple[str, str]) -> Matches: ...

    def purge(self, connection: Connection, /) -> None: ...


def parse_url(text: str) -> URL:
    """A bare path is SQLite's. Raises StoreError, UnknownName."""
    try:
        url = make_url(text if "://" in text else f"sqlite:///{text}")
    except (ArgumentError, ValueError) as error:
        raise StoreError(
            "the store's URL cannot be read; give sqlite:///path.db or postgresql://user@host/name"
        ) from error
    name = url.get_backend_name().replace("postgresql", "postgres")
    if name not in ("sqlite", "postgres"):
        raise UnknownName.of("database", url.get_backend_name(), ["sqlite", "postgresql"])
    return url.set(drivername="sqlite" if name == "sqlite" else "postgresql")


def backend_of(url: URL) -> Backend:
    if url.drivername == "sqlite":
        from pipelines.stores import sqlite

        return sqlite
    from pipelines.stores import postgres

    return postgres


class Database:
    """Transactions on one database. Whatever the driver raises inside them becomes a StoreError, or a BadInput for
    what a database does not take: a NUL in a text, a number or a time out of range."""

    def __init__(self, text: str) -> None:
        url = parse_url(text)
        self.backend = backend_of(url)
        self.engine = self.backend.open_engine(url)
        self.name = url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, rows: bool = False) -> Iterator[Connection]:
        """One transaction: all of it or nothing. `rows`: of many rows told one by one, and no large sort."""
        with self._translated(), self.engine.execution_options(writes=True, rows=rows).begin() as connection:
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (DataError, OverflowError, UnicodeEncodeError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise BadInput(f"a value that cannot be kept or compared: {reason}") from error
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip()
            raise StoreError(f"{self.name}: {reason}") from error

    def stream(self, statement: Select[Any]) -> Iterator[Any]:
        with self.read() as connection:
            yield from connection.execution_options(yield_per=CHUNK).execute(statement)

    def upsert(self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        statement = self.backend.insert(table)
        keys = [column.name for column in table.primary_key]
        changes = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes), list(rows))

    def upsert_changed(self, connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
        """Upsert the rows that differ from what is stored; returns how many. The last row of a key wins."""
        return len(self.upserted(connection, table, rows))

    def upserted(self, connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The same; returns those rows.

        What is stored is looked up by the first column of the key, since a list of pairs costs several times as much.
        """
        keys = list(table.primary_key)
        wanted = {tuple(row[k.name] for k in keys): dict(row) for row in rows}
        changed: list[dict[str, Any]] = []
        for chunk in chunks(wanted):
            found = connection.execute(select(table).where(keys[0].in_({key[0] for key in chunk}))).mappings()
            known = {tuple(row[k.name] for k in keys): dict(row) for row in found}
            changed += [wanted[key] for key in chunk if known.get(key) != wanted[key]]
        self.upsert(connection, table, changed)
        return changed


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
