"""Long work that was asked for, and answers that are given again to whoever asks again."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

jobs = Table(
    "jobs",
    metadata,
    Column("id", key(), primary_key=True),
    Column("kind", String, nullable=False),
    Column("options", Json, nullable=False),
    Column("actor", key(), nullable=False),
    Column("state", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("step", String, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("cancelling", Boolean, nullable=False),
    Column("worker", String, nullable=False),
    Column("beat_at", UtcTime),
    Column("result", Json, nullable=False),
    Column("error", Text, nullable=False),
    Index("jobs_by_state", "state", "created_at"),
)

replies = Table(
    "replies",
    metadata,
    Column("actor", key(), primary_key=True),
    Column("key", key(), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("request", String, nullable=False),
    Column("status", Integer),  # null while it is worked on
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("replies_by_time", "at"),
)
