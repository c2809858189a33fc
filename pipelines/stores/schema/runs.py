"""Runs of the pipeline."""

from sqlalchemy import Column, String, Table

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
)
