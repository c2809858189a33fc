"""What was told more than once: fingerprints of conversations, links between them, and what people say of them."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from pipelines.stores.schema.columns import UtcTime, key, metadata

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("conversation", key(), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("content_hash", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("head", String, nullable=False),
    Column("words", Integer, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("again", Text, nullable=False),
    Column("repost", Boolean, nullable=False),
    Index("fingerprints_by_head", "head"),
)

duplicate_links = Table(
    "duplicate_links",
    metadata,
    Column("later", key(), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("earlier", key(), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("score", Double, nullable=False),
    Column("reason", Text, nullable=False),
)

duplicate_decisions = Table(
    "duplicate_decisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("who", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("one", key(), nullable=False),
    Column("other", key(), nullable=False),
    Column("note", Text, nullable=False),
)
