"""What PostgreSQL does its own way: driver, migration lock, upserts, days and weeks."""

from importlib.util import find_spec
from typing import Any

from sqlalchemy import URL, ColumnElement, Connection, Date, Engine, cast, create_engine, func, select
from sqlalchemy.dialects.postgresql import Insert, insert

from nlp.errors import MissingDependency

__all__ = ["Insert", "day", "insert", "lock", "open_engine", "week"]

LOCK = 7_106_114  # any number, the same in every process


def open_engine(url: URL) -> Engine:
    """Raises MissingDependency where psycopg is not installed."""
    if find_spec("psycopg") is None:
        raise MissingDependency.of("postgres", "psycopg", "postgres")
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)


def lock(connection: Connection) -> None:
    """Keep other writers that ask for the same lock waiting until this transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


def day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column's day in UTC."""
    return cast(func.timezone("UTC", column), Date)


def week(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The Monday of the column's ISO week in UTC."""
    return cast(func.date_trunc("week", func.timezone("UTC", column)), Date)
