"""The audit log."""

from sqlalchemy import Column, Index, Integer, String, Table

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

audits = Table(
    "audits",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("who", String, nullable=False),
    Column("what", String, nullable=False),
    Column("subject", key(), nullable=False),
    Column("counts", Json, nullable=False),
    Column("request", String, nullable=False),
    Index("audits_by_at", "at"),
    Index("audits_by_who", "who", "number"),
    Index("audits_by_subject", "subject", "number"),
)
