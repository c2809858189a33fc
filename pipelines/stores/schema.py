"""The tables, and the two column types that read back alike on every database."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC in and out; SQLite, which knows no time zones, keeps the naive UTC time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the time {value.isoformat()} has no time zone; give an aware time")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON kept as ASCII text: PostgreSQL's own JSON types refuse escaped NULs, which imported tickets do hold."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def _id() -> TypeEngine[str]:
    """Text compared byte by byte: both databases then page in the same order."""
    return String().with_variant(String(collation="C"), "postgresql")


metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("id", _id(), primary_key=True),
    Column("source", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("customer", _id(), nullable=False),
    # The pseudonym as it came in: a re-import must not undo what identity resolution found.
    Column("customer_given", _id(), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("annotated_model", String),
    Index("conversations_by_time", "started_at", "id"),
    Index("conversations_by_customer", "customer", "started_at"),
    Index("conversations_by_model", "annotated_model", "id"),
)

turns = Table(
    "turns",
    metadata,
    Column("conversation", _id(), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("speaker", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcTime),
)

signals = Table(
    "signals",
    metadata,
    Column("segment", _id(), primary_key=True),
    Column("conversation", _id(), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
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
    Column("segment", _id(), ForeignKey("signals.segment", ondelete="CASCADE"), primary_key=True),
    Column("model", String, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

summaries = Table(
    "summaries",
    metadata,
    Column("conversation", _id(), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
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
)

discoveries = Table(
    "discoveries",
    metadata,
    Column("run", _id(), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),  # the largest is the current one
    Column("artefact", LargeBinary),
)


def _theme() -> list[Column[Any]]:
    return [
        Column("run", _id(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
        Column("id", _id(), primary_key=True),
        Column("name", String, nullable=False),
        Column("description", Text, nullable=False),
        Column("terms", Json, nullable=False),
        Column("size", Integer, nullable=False),
        Column("quotes", Json, nullable=False),
        Column("x", Double, nullable=False),
        Column("y", Double, nullable=False),
    ]


found_themes = Table("found_themes", metadata, *_theme())  # as the discovery has them; never changed

themes = Table(  # as people are shown them: the found ones with the edits replayed
    "themes",
    metadata,
    *_theme(),
    Column("owner", String, nullable=False),
    Column("notes", Json, nullable=False),
    Column("fixes", Json, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("hidden", Boolean, nullable=False),
)

# No foreign key to signals: an annotation by a newer model replaces a segment's signal and keeps its theme.
assignments = Table(
    "assignments",
    metadata,
    Column("run", _id(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
    Column("segment", _id(), primary_key=True),
    Column("theme", _id()),
    Column("found", _id()),  # the theme before people's edits
    Column("confidence", Double, nullable=False),
    Column("assigned_at", UtcTime, nullable=False),
    Column("x", Double),
    Column("y", Double),
    ForeignKeyConstraint(["run", "theme"], ["themes.run", "themes.id"]),
    Index("assignments_by_theme", "run", "theme"),
    Index("assignments_by_segment", "segment"),
)

earlier_assignments = Table(  # what an edit replaced: what was known before it stays known
    "earlier_assignments",
    metadata,
    Column("run", _id(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
    Column("segment", _id(), primary_key=True),
    Column("assigned_at", UtcTime, primary_key=True),
    Column("theme", _id()),
    Column("confidence", Double, nullable=False),
    Index("earlier_assignments_by_segment", "segment"),
)

edits = Table(
    "edits",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("who", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("theme", _id(), nullable=False),
    Column("other", _id(), nullable=False),
    Column("segments", Json, nullable=False),
    Column("text", Text, nullable=False),
    Column("day", Date),
    Column("undoes", Integer),
)

proposals = Table(
    "proposals",
    metadata,
    Column("run", _id(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("segments", Json, nullable=False),
    Column("fresh", Integer, nullable=False),
    Column("terms", Json, nullable=False),
)

lineage = Table(
    "lineage",
    metadata,
    Column("run", _id(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
    Column("theme", _id(), primary_key=True),
    Column("kind", String, nullable=False),
    Column("other", _id(), nullable=False),
    Column("share", Double),
    Column("at", UtcTime, nullable=False),
    Index("lineage_by_theme", "theme"),
    Index("lineage_by_other", "other"),
)

customers = Table(
    "customers",
    metadata,
    Column("id", _id(), primary_key=True),
    Column("attributes", Json, nullable=False),
)

identity_links = Table(
    "identity_links",
    metadata,
    Column("identifier", _id(), primary_key=True),
    Column("customer", _id(), nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", _id(), primary_key=True),
    Column("customer", _id(), nullable=False),
    Column("name", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("value", Double),
    Index("events_by_customer", "customer", "at"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", _id(), primary_key=True),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("status", String, nullable=False),
    Column("counts", Json, nullable=False),
    Column("seconds", Json, nullable=False),
    Column("versions", Json, nullable=False),
)
