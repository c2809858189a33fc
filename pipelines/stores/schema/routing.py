"""Rules that route texts to queues."""

from sqlalchemy import Column, Integer, String, Table, Text

from pipelines.stores.schema.columns import Json, UtcTime, metadata

routings = Table(
    "routings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("who", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("rules", Json, nullable=False),
)
