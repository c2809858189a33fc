"""Customers and their events."""

from sqlalchemy import Column, Double, Index, String, Table

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

customers = Table(
    "customers",
    metadata,
    Column("id", key(), primary_key=True),
    Column("attributes", Json, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", key(), primary_key=True),
    Column("customer", key(), nullable=False),
    Column("name", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("value", Double),
    # The pseudonym as it came in, as for conversations; empty in rows that an earlier version wrote meanwhile.
    Column("customer_given", key(), nullable=False, server_default=""),
    Index("events_by_customer", "customer", "at"),
)
