"""Under which keys the pseudonyms are, who has refused to be kept, and what was done about it."""

from sqlalchemy import Column, Integer, String, Table

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

key_marks = Table(
    "key_marks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String, nullable=False),
    Column("at", UtcTime, nullable=False),
)

refusals = Table(
    "refusals",
    metadata,
    Column("identifier", key(), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("why", String, nullable=False),
)

audits = Table(
    "audits",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("who", String, nullable=False),
    Column("what", String, nullable=False),
    Column("subject", key(), nullable=False),
    Column("counts", Json, nullable=False),
)
