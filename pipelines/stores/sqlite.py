"""What SQLite does its own way: pragmas, transactions, upserts, days and weeks, full text (FTS5)."""

from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    and_,
    column,
    create_engine,
    event,
    func,
    literal,
    literal_column,
    table,
    text,
)
from sqlalchemy.dialects.sqlite import Insert, insert

from nlp.errors import StoreError
from pipelines.stores.matches import Matches
from pipelines.stores.pool import POOL
from pipelines.stores.protocols.search import Words
from pipelines.stores.schema import turns

__all__ = ["Insert", "day", "insert", "lock", "lock_outbox", "matches", "open_engine", "purge", "week"]

PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000", "secure_delete=ON")
INDEX = table("turn_words", column("rowid"))
PLACES = table("turn_places", column("number"), column("conversation"), column("turn"))
"""The full text index of migration 0015, and which turn is which of its rows."""


def open_engine(url: URL) -> Engine:
    """Raises StoreError for a database in memory: every connection would see another one."""
    if not url.database or url.database == ":memory:":
        raise StoreError(f"{url}: a store needs a file; give sqlite:///path.db")
    engine = create_engine(url, **POOL)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would commit before DDL; SQLAlchemy begins transactions itself
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    _keep_temporary(connection, "MEMORY" if options.get("rows", False) else "FILE")
    # A reader that turns writer fails at once when another has written; a writer that says so waits its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")


def _keep_temporary(connection: Connection, place: str) -> None:
    """A sort may need much room and has a file. So has what could take back the row that is being written, once one of
    a transaction touches many pages; from there on that file takes as long as the rows themselves."""
    if connection.info.get("temp_store", "FILE") != place:
        connection.exec_driver_sql(f"PRAGMA temp_store = {place}")
        connection.info["temp_store"] = place


def lock(_connection: Connection) -> None:
    """Nothing to do: BEGIN IMMEDIATE already keeps other writers out."""


lock_outbox = lock


def day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column's day in UTC, as "YYYY-MM-DD"."""
    return func.date(column)


def week(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The Monday of the column's ISO week, as "YYYY-MM-DD"."""
    return func.date(column, "weekday 0", "-6 days")


def matches(asked: Words, *, mark: tuple[str, str]) -> Matches:
    """FTS5: https://sqlite.org/fts5.html; `score` is the negative of its bm25, in which better is less."""
    index: ColumnElement[Any] = literal_column("turn_words")
    source = INDEX.join(PLACES, PLACES.c.number == INDEX.c.rowid).join(
        turns, and_(turns.c.conversation == PLACES.c.conversation, turns.c.number == PLACES.c.turn)
    )
    return Matches(
        source=source,
        condition=index.op("MATCH")(literal(_expression(asked))),
        score=-func.bm25(index),
        marked=func.highlight(index, 0, *mark),
    )


def _expression(asked: Words) -> str:
    """Every term quoted: nothing in it is an operator."""
    either = " OR ".join("(" + " AND ".join(map(_quoted, terms)) + ")" for terms in asked.any)
    return f"({either})" + "".join(f" NOT {_quoted(term)}" for term in asked.none)


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def purge(connection: Connection) -> None:
    """Merge the full text index: until then it holds the words of deleted turns beside a note that they are deleted."""
    connection.execute(text("INSERT INTO turn_words (turn_words) VALUES ('optimize')"))
