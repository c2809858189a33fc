"""What PostgreSQL does its own way: driver, migration lock, upserts, days and weeks, full text (tsvector)."""

from functools import reduce
from importlib.util import find_spec
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Date,
    Engine,
    cast,
    create_engine,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from nlp.errors import MissingDependency
from pipelines.stores.matches import Matches
from pipelines.stores.pool import POOL
from pipelines.stores.protocols.search import Words
from pipelines.stores.schema import turns

__all__ = ["Insert", "day", "insert", "lock", "lock_outbox", "matches", "open_engine", "purge", "week"]

RECYCLE = 1_800
"""Seconds after which a connection is opened anew: proxies and firewalls drop those that lie idle."""
LOCK = 7_106_114  # any number, the same in every process
LANGUAGE: ColumnElement[Any] = literal_column("'frictionary'::regconfig")
"""The text search configuration of migration 0015."""
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""Becomes spaces, so that words are cut as by FTS5: PostgreSQL knows addresses, tags, paths and compounds as well."""


def open_engine(url: URL) -> Engine:
    """Raises MissingDependency where psycopg is not installed."""
    if find_spec("psycopg") is None:
        raise MissingDependency.of("postgres", "psycopg", "postgres")
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_recycle=RECYCLE, **POOL)


def lock(connection: Connection) -> None:
    """Keep other writers that ask for the same lock waiting until this transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


def lock_outbox(connection: Connection) -> None:
    """The same for those who write messages. It is taken last of all, so that nobody waits for long, or in a circle."""
    connection.execute(select(func.pg_advisory_xact_lock(LOCK + 1)))


def day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column's day in UTC."""
    return cast(func.timezone("UTC", column), Date)


def week(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The Monday of the column's ISO week in UTC."""
    return cast(func.date_trunc("week", func.timezone("UTC", column)), Date)


def matches(asked: Words, *, mark: tuple[str, str]) -> Matches:
    """https://www.postgresql.org/docs/current/textsearch-controls.html"""
    said = reduce(_or, (reduce(_and, map(_phrase, terms)) for terms in asked.any))
    for term in asked.none:
        said = _and(said, func.tsquery_not(_phrase(term)))
    words: ColumnElement[Any] = literal_column("turns.words")
    options = f"HighlightAll=true, StartSel={mark[0]}, StopSel={mark[1]}"
    return Matches(
        source=turns,
        condition=words.op("@@")(said),
        score=func.ts_rank(words, said, 1),
        marked=func.ts_headline(LANGUAGE, _plain(turns.c.text), said, options),
    )


def _phrase(term: str) -> ColumnElement[Any]:
    return func.phraseto_tsquery(LANGUAGE, _plain(term))


def _plain(text: Any) -> ColumnElement[Any]:
    return func.translate(text, PUNCTUATION, " " * len(PUNCTUATION))


def _and(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.tsquery_and(one, other)


def _or(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.tsquery_or(one, other)


def purge(_connection: Connection) -> None:
    """Nothing to do: what is deleted goes with its row."""
