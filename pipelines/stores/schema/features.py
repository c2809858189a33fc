"""What features are read from in real time: each customer's facts, and whose have changed since they were gathered.

Triggers (migration 0011) note whose conversations, summaries, events or themes change, by whatever path. A migration
that makes one of these tables anew must make its triggers anew.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from pipelines.stores.schema.columns import Json, key, metadata

online_features = Table(
    "online_features",
    metadata,
    Column("customer", key(), primary_key=True),
    Column("facts", Json, nullable=False),  # nlp/journeys/facts.py
)

stale_features = Table(  # a log, so that writers at the same time do not wait for one another
    "stale_features",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("customer", key(), nullable=False),
    Index("stale_features_by_customer", "customer"),
    sqlite_autoincrement=True,  # no number comes twice
)
