"""An index of meanings, where PostgreSQL has pgvector: what is near a vector is found without reading every vector.

It is approximate (HNSW: Malkov and Yashunin, https://arxiv.org/abs/1603.09320): a segment that is near may be missed,
the score of what is found is exact. It is made by `build` alone, as it takes time and room, and is of no migration.
"""

from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, column, select, table, text
from sqlalchemy.sql.expression import literal_column

from nlp.encoder import Floats
from nlp.errors import BadInput, StoreError
from pipelines.stores.database import Database
from pipelines.stores.schema import embeddings

CHUNK = 2_000
WIDTH = 1_000
"""Candidates that a search holds, the most that pgvector allows."""
MEANINGS = table("meanings", column("segment"), column("vector"))
DUE = table("meanings_due", column("segment"))
"""Segments whose vector is new or another, and not in the index yet."""
DUE_ROWS = (
    select(DUE.c.segment, embeddings.c.vector)
    .join_from(DUE, embeddings, embeddings.c.segment == DUE.c.segment)
    .order_by(DUE.c.segment)
    .limit(CHUNK)
)
MAKE = """
CREATE TABLE meanings (segment text PRIMARY KEY, vector {schema}.vector({dimension}) NOT NULL);
CREATE TABLE meanings_due (segment text PRIMARY KEY);
CREATE OR REPLACE FUNCTION note_meaning() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM meanings WHERE segment = OLD.segment; DELETE FROM meanings_due WHERE segment = OLD.segment;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO meanings_due VALUES (NEW.segment) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_meaning AFTER INSERT OR UPDATE OR DELETE ON embeddings FOR EACH ROW EXECUTE FUNCTION note_meaning();
INSERT INTO meanings_due SELECT segment FROM embeddings WHERE octet_length(vector) = 2 * {dimension};
CREATE INDEX meanings_near ON meanings USING hnsw (vector {schema}.vector_cosine_ops)
"""
DROP = """
DROP TRIGGER IF EXISTS note_meaning ON embeddings;
DROP FUNCTION IF EXISTS note_meaning();
DROP TABLE IF EXISTS meanings, meanings_due
"""
WIDE = """
SELECT atttypmod FROM pg_attribute JOIN pg_trigger ON tgrelid = to_regclass('embeddings') AND tgname = 'note_meaning'
WHERE attrelid = to_regclass('meanings') AND attname = 'vector'
"""
"""The index's dimension, as long as the trigger keeps it in step."""
SCHEMA = (
    "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'vector'"
)


def build(database: Database) -> int:
    """Make the index anew of all that is embedded; returns how many segments are in it. Raises StoreError where the
    database has no pgvector, BadInput where nothing is embedded."""
    if database.engine.dialect.name != "postgresql":
        raise StoreError(
            f"{database.name}: an index of meanings needs PostgreSQL with pgvector; search works without it"
        )
    with database.write() as connection:
        if not connection.scalar(text("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")):
            raise StoreError(f"{database.name}: pgvector is not installed on this server; search goes without")
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
        database.backend.lock(connection)
        stored = connection.scalar(select(embeddings.c.vector).limit(1))
        if stored is None:
            raise BadInput(f"{database.name}: nothing is embedded yet; make an index once there is something to find")
        _make(connection, stored)
    return keep(database)


def keep(database: Database) -> int:
    """Take what was embedded since into the index; returns how many segments. 0 where the store has none."""
    if database.engine.dialect.name != "postgresql":
        return 0
    kept = 0
    while True:
        with database.write() as connection:
            if not dimension(connection):
                return kept
            database.backend.lock(connection)
            rows = connection.execute(DUE_ROWS).all()
            if not rows:
                return kept
            others = [stored for _, stored in rows if len(_vector(stored)) != dimension(connection)]
            if others:  # of another encoder
                _make(connection, others[0])
            else:
                _take(connection, {segment: _vector(stored) for segment, stored in rows})
                kept += len(rows)


def drop(database: Database) -> None:
    """Leave the index out again."""
    if database.engine.dialect.name == "postgresql":
        with database.write() as connection:
            connection.exec_driver_sql(DROP)


def dimension(connection: Connection) -> int:
    """0 without an index."""
    if connection.dialect.name != "postgresql":
        return 0
    return int(connection.scalar(text(WIDE)) or 0)


def candidates(connection: Connection, vector: Floats, limit: int) -> Select[Any] | None:
    """The segments that may be near: the index's `limit` nearest, and all that wait for it; None without an index."""
    if not limit or limit > WIDTH or dimension(connection) != len(vector):
        return None
    schema = connection.scalar(text(SCHEMA))
    connection.execute(text(f"SET LOCAL hnsw.ef_search = {max(40, limit)}"))
    asked = "'" + _literal(vector) + f"'::{schema}.vector"
    near = select(MEANINGS.c.segment).order_by(literal_column(f"vector OPERATOR({schema}.<=>) {asked}")).limit(limit)
    both = near.subquery().select().union_all(select(DUE.c.segment)).subquery()
    return select(both.c.segment)


def _make(connection: Connection, stored: bytes) -> None:
    """Empty, and all that is embedded in as many dimensions as `stored` waits for it."""
    schema = connection.scalar(text(SCHEMA))
    connection.exec_driver_sql(DROP)
    connection.exec_driver_sql(MAKE.format(schema=schema, dimension=len(_vector(stored))))


def _take(connection: Connection, vectors: dict[str, Floats]) -> None:
    """A vector that is no number is near nothing, and is in no index."""
    rows = [{"segment": s, "vector": _literal(v)} for s, v in vectors.items() if np.isfinite(v).all()]
    schema = connection.scalar(text(SCHEMA))
    if rows:
        connection.execute(
            text(f"INSERT INTO meanings VALUES (:segment, CAST(:vector AS {schema}.vector)) ON CONFLICT DO NOTHING"),  # noqa: S608
            rows,
        )
    connection.execute(DUE.delete().where(DUE.c.segment.in_(vectors)))


def _vector(stored: bytes) -> Floats:
    return np.frombuffer(stored, np.float16).astype(np.float32)


def _literal(vector: Floats) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in vector.tolist()) + "]"
