"""Figures summed up beforehand, so that a page over a large store reads sums instead of conversations.

Triggers note the days of whatever changes (`stale_days`); those days alone are summed up anew. `rollup_state` says of
which discovery the sums are; its revision grows with each refresh. A migration that makes one of the tables that bear
these triggers anew must make its triggers anew.
"""

from sqlalchemy import BigInteger, Column, Date, Double, ForeignKey, Index, Integer, String, Table

from pipelines.stores.schema.columns import key, metadata

WHOLE = ""
"""In place of a theme: the conversation as a whole."""
NOWHERE = "-"
"""In place of a theme: those segments of the current run that belong to none."""
SETS = ("", "channel", "stage", "language", "channel stage")
"""What days and themes are told apart by, in `rollup_days.by`; a column that a set leaves out is "" there."""

rollup_tellings = Table(  # a conversation, once as a whole and once for each theme that it tells
    "rollup_tellings",
    metadata,
    Column("conversation", key(), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("theme", key(), primary_key=True),
    Column("day", Date, nullable=False),
    Column("channel", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("language", String, nullable=False),
    Column("customer", key(), nullable=False),
    Column("conversations", Integer, nullable=False),  # 1; 0 where it tells again what another told first
    Column("segments", Integer, nullable=False),
    Column("scored", Integer, nullable=False),  # what friction and sentiment are the sums of
    Column("friction", Double, nullable=False),
    Column("sentiment", Double, nullable=False),
    Column("leaving", Integer, nullable=False),
    Column("unread", Integer, nullable=False),
    Index("rollup_tellings_by_customer", "theme", "customer", "day", "channel", "stage", "language", "conversations"),
    Index("rollup_tellings_by_day", "day", "theme", "customer", "channel", "stage", "language", "conversations"),
)

rollup_days = Table(  # the same, summed over conversations: once for each of SETS
    "rollup_days",
    metadata,
    Column("by", String, primary_key=True),
    Column("theme", key(), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("stage", String, primary_key=True),
    Column("language", String, primary_key=True),
    Column("conversations", Integer, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("scored", Integer, nullable=False),
    Column("friction", Double, nullable=False),
    Column("sentiment", Double, nullable=False),
    Column("leaving", Integer, nullable=False),
    Column("unread", Integer, nullable=False),
    Index("rollup_days_by_day", "day"),
)

rollup_customers = Table(  # who has told a theme, or anything (WHOLE): different customers do not add up over days
    "rollup_customers",
    metadata,
    Column("theme", key(), primary_key=True),
    Column("customer", key(), primary_key=True),
    Column("last_day", Date, nullable=False),
    Index("rollup_customers_by_customer", "customer"),
    Index("rollup_customers_by_day", "theme", "last_day"),
)

conversation_facts = Table(  # what conversations may be chosen by, beside the columns above
    "conversation_facts",
    metadata,
    Column("conversation", key(), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, primary_key=True),  # segment ("plan=yearly"), product, company
    Column("value", key(), primary_key=True),
    Column("day", Date, nullable=False),
    Index("conversation_facts_by_value", "kind", "value", "conversation"),
    Index("conversation_facts_by_day", "day"),
)

stale_days = Table(  # a log, so that writers at the same time do not wait for one another
    "stale_days",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("day", Date, nullable=False),
    Index("stale_days_by_day", "day"),
)

rollup_state = Table(
    "rollup_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("run", key(), nullable=False),
    Column("revision", Integer, nullable=False),
)
