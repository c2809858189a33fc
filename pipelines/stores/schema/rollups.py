"""Figures summed up beforehand, so that a page over a large store reads columns of numbers instead of conversations.

Triggers note the days of whatever changes (`stale_days`); those days alone are summed up anew. `rollup_state` says of
which discovery the sums are; its revision grows with each refresh. A migration that makes one of the tables that bear
these triggers anew must make its triggers anew.
"""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from pipelines.stores.schema.columns import key, metadata

WHOLE = ""
"""In place of a theme: the conversation as a whole."""
NOWHERE = "-"
"""In place of a theme: those segments of the current run that belong to none."""

rollup_days = Table(
    "rollup_days",
    metadata,
    Column("day", Date, primary_key=True),  # in UTC
    Column("revision", Integer, nullable=False),  # with which it was summed up last
    Column("columns", LargeBinary, nullable=False),  # `sums.day.Day`
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
