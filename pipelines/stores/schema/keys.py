"""Keys of the API."""

from sqlalchemy import Column, Integer, String, Table, Text

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", key(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("digest", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String, nullable=False),
    Column("expires_at", UtcTime),
    Column("earlier", String, nullable=False),
    Column("earlier_until", UtcTime),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("rate", Integer),
    Column("quota", Integer),
)
