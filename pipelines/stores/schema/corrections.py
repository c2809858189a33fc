"""What people say of segments' findings."""

from sqlalchemy import Column, Index, Integer, String, Table

from pipelines.stores.schema.columns import UtcTime, key, metadata

# No foreign key: an annotation by a newer model replaces a segment's signal, and what people said of its words holds.
corrections = Table(
    "corrections",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("who", String, nullable=False),
    Column("segment", key(), nullable=False),
    Column("kind", String, nullable=False),
    Column("value", String, nullable=False),
    Column("guess", String, nullable=False),
    Column("model", String, nullable=False),
    Index("corrections_by_segment", "segment", "kind"),
)
