"""What is to be told to other systems: messages, written in the transaction of what they tell of, and how far each sink
is with them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

NUMBER = BigInteger().with_variant(Integer, "sqlite")

outbox = Table(
    "outbox",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("subject", key(), nullable=False),
    Column("customer", key(), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", Json, nullable=False),
    Index("outbox_by_customer", "customer"),
    Index("outbox_by_subject", "subject"),
)

outbox_sinks = Table(
    "outbox_sinks",
    metadata,
    Column("name", String, primary_key=True),
    Column("position", NUMBER, nullable=False),  # up to this number everything is delivered, dead or held
    Column("since", UtcTime, nullable=False),
    Column("owner", String, nullable=False),
    Column("until", UtcTime),
    Column("delivered", NUMBER, nullable=False),
    Column("delivered_at", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("error", Text, nullable=False),
)

outbox_held = Table(
    "outbox_held",
    metadata,
    Column("sink", String, ForeignKey("outbox_sinks.name", ondelete="CASCADE"), primary_key=True),
    Column("number", NUMBER, ForeignKey("outbox.number", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", key(), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("error", Text, nullable=False),
    Column("dead", Boolean, nullable=False),
    Index("outbox_held_by_key", "sink", "dead", "key", "number"),
    Index("outbox_held_by_number", "number"),
)

told_customers = Table(
    "told_customers",
    metadata,
    Column("customer", key(), primary_key=True),
    Column("stage", String, nullable=False),
    Column("facts_hash", String, nullable=False),
)

told_movements = Table(
    "told_movements",
    metadata,
    Column("theme", key(), primary_key=True),
    Column("kind", String, nullable=False),
)
