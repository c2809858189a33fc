"""Customers, by which names they are known, and their events."""

from sqlalchemy import Column, Double, Index, String, Table

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

customers = Table(
    "customers",
    metadata,
    Column("id", key(), primary_key=True),
    Column("attributes", Json, nullable=False),
)

identity_links = Table(
    "identity_links",
    metadata,
    Column("identifier", key(), primary_key=True),
    Column("customer", key(), nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", key(), primary_key=True),
    Column("customer", key(), nullable=False),
    Column("name", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("value", Double),
    Index("events_by_customer", "customer", "at"),
)
