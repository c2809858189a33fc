"""Runs of the pipeline, what each took in, and up to when each source has been read."""

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Integer, String, Table, Text

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

runs = Table(
    "runs",
    metadata,
    Column("id", key(), primary_key=True),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("status", String, nullable=False),
    Column("counts", Json, nullable=False),
    Column("seconds", Json, nullable=False),
    Column("versions", Json, nullable=False),
    Column("worker", String, nullable=False),
    Column("beat_at", UtcTime),
    Column("error", Text, nullable=False),
    Column("resumes", key(), nullable=False),
)

run_inputs = Table(
    "run_inputs",
    metadata,
    Column("run", key(), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("format", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("size", BigInteger),
    Column("counts", Json, nullable=False),
    Column("dead", Json, nullable=False),
    Column("seconds", Double),
)

marks = Table(
    "marks",
    metadata,
    Column("source", key(), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("run", key(), nullable=False),
)
