"""Under which keys the pseudonyms are, and who has refused to be kept."""

from sqlalchemy import Column, Integer, String, Table

from pipelines.stores.schema.columns import UtcTime, key, metadata

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
