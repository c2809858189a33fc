"""Who is one customer: what sources claim, what people decide, what follows, and what is in conflict."""

from sqlalchemy import Column, Double, Index, Integer, String, Table, Text

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

identity_claims = Table(
    "identity_claims",
    metadata,
    Column("record", key(), primary_key=True),
    Column("identifier", key(), primary_key=True),
    Column("source", key(), primary_key=True),
    Column("kind", String, nullable=False),
)

identity_decisions = Table(
    "identity_decisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("who", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("one", key(), nullable=False),
    Column("other", key(), nullable=False),
    Column("note", Text, nullable=False),
)

identity_traits = Table(
    "identity_traits",
    metadata,
    Column("identifier", key(), primary_key=True),
    Column("traits", Json, nullable=False),
)

identity_matches = Table(
    "identity_matches",
    metadata,
    Column("one", key(), primary_key=True),
    Column("other", key(), primary_key=True),
    Column("probability", Double, nullable=False),
    Column("weights", Json, nullable=False),
)

identity_links = Table(
    "identity_links",
    metadata,
    Column("identifier", key(), primary_key=True),
    Column("customer", key(), nullable=False),
    Index("identity_links_by_customer", "customer"),
)

identity_conflicts = Table(
    "identity_conflicts",
    metadata,
    Column("node", key(), primary_key=True),
    Column("kind", String, nullable=False),
    Column("customers", Json, nullable=False),
    Column("reason", Text, nullable=False),
)
