"""Conversations, their turns, and what was found in them."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", key(), primary_key=True),
    Column("source", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("customer", key(), nullable=False),
    # The pseudonym as it came in: a re-import must not undo what identity resolution found.
    Column("customer_given", key(), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("annotated_model", String),
    # The first telling of what this one tells again; NULL for the first itself. Follows from duplicate_links.
    Column("duplicate_of", key()),
    # A keyed hash of it as it was read, so that the same is not masked again; when the source says that it changed.
    Column("given_hash", String),
    Column("changed_at", UtcTime),
    Index("conversations_by_time", "started_at", "id"),
    Index("conversations_by_customer", "customer", "started_at"),
    Index("conversations_by_model", "annotated_model", "id"),
)

turns = Table(
    "turns",
    metadata,
    Column("conversation", key(), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("speaker", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcTime),
)

signals = Table(
    "signals",
    metadata,
    Column("segment", key(), primary_key=True),
    Column("conversation", key(), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("model", String, nullable=False),
    Column("intent", String, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("abstained", Boolean, nullable=False),
    Column("sentiment", Double, nullable=False),
    Column("negative", Double, nullable=False),
    Column("neutral", Double, nullable=False),
    Column("positive", Double, nullable=False),
    Column("friction", Double, nullable=False),
    Column("stage", String, nullable=False),
    Column("stage_confidence", Double, nullable=False),
    Column("details", Json, nullable=False),
    Column("entities", Json),  # of its own and null where there are none: themes count them over many segments
    Index("signals_by_conversation", "conversation", "turn", "start"),
    Index("signals_by_friction", "friction"),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("segment", key(), ForeignKey("signals.segment", ondelete="CASCADE"), primary_key=True),
    Column("model", String, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

summaries = Table(
    "summaries",
    metadata,
    Column("conversation", key(), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("intent", String, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("abstained", Boolean, nullable=False),
    Column("sentiment", Double, nullable=False),
    Column("sentiment_start", Double, nullable=False),
    Column("sentiment_end", Double, nullable=False),
    Column("sentiment_low", Double, nullable=False),
    Column("friction", Double, nullable=False),
    Column("effort", Double, nullable=False),
    Column("leaving", Double, nullable=False),
    Column("stage", String, nullable=False),
    Column("stage_confidence", Double, nullable=False),
    Column("reason", String, nullable=False),
    Column("language", String, nullable=False),
    Column("witnesses", Json),  # of the stage, each [kind, reason, weight, [[stage, probability], ...]]
)
