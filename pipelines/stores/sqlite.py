"""What SQLite does its own way: pragmas, transactions, upserts, days and weeks."""

from typing import Any

from sqlalchemy import URL, ColumnElement, Connection, Engine, create_engine, event, func
from sqlalchemy.dialects.sqlite import Insert, insert

from nlp.errors import StoreError

__all__ = ["Insert", "day", "insert", "lock", "open_engine", "week"]

PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000")


def open_engine(url: URL) -> Engine:
    """Raises StoreError for a database in memory: every connection would see another one."""
    if not url.database or url.database == ":memory:":
        raise StoreError(f"{url}: a store needs a file; give sqlite:///path.db")
    engine = create_engine(url)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would commit before DDL; SQLAlchemy begins transactions itself
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # A reader that turns writer fails at once when another has written; a writer that says so waits its turn.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def lock(_connection: Connection) -> None:
    """Nothing to do: BEGIN IMMEDIATE already keeps other writers out."""


def day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column's day in UTC, as "YYYY-MM-DD"."""
    return func.date(column)


def week(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The Monday of the column's ISO week, as "YYYY-MM-DD"."""
    return func.date(column, "weekday 0", "-6 days")
