"""Discoveries, their themes, who belongs to them, and what people made of them."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

discoveries = Table(
    "discoveries",
    metadata,
    Column("run", key(), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),  # the largest is the current one
    Column("artefact", LargeBinary),
)


def _theme() -> list[Column[Any]]:
    return [
        Column("run", key(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
        Column("id", key(), primary_key=True),
        Column("name", String, nullable=False),
        Column("description", Text, nullable=False),
        Column("terms", Json, nullable=False),
        Column("size", Integer, nullable=False),
        Column("quotes", Json, nullable=False),
        Column("x", Double, nullable=False),
        Column("y", Double, nullable=False),
        Column("parts", Json, nullable=False, server_default="[]"),
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
    Column("run", key(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
    Column("segment", key(), primary_key=True),
    Column("theme", key()),
    Column("found", key()),  # the theme before people's edits
    Column("part", Integer),  # of the found theme
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
    Column("run", key(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
    Column("segment", key(), primary_key=True),
    Column("assigned_at", UtcTime, primary_key=True),
    Column("theme", key()),
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
    Column("theme", key(), nullable=False),
    Column("other", key(), nullable=False),
    Column("segments", Json, nullable=False),
    Column("text", Text, nullable=False),
    Column("day", Date),
    Column("undoes", Integer),
)

proposals = Table(
    "proposals",
    metadata,
    Column("run", key(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("segments", Json, nullable=False),
    Column("fresh", Integer, nullable=False),
    Column("terms", Json, nullable=False),
)

qualities = Table(
    "qualities",
    metadata,
    Column("run", key(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("themes", Integer, nullable=False),
    Column("unassigned", Double, nullable=False),
    Column("stability", Double),
    Column("distinctness", Double),
    Column("duplicates", Double, nullable=False),
    Column("drift", Double),
    Column("drift_p", Double),
    Column("stabilities", Json, nullable=False),
    Column("reasons", Json, nullable=False),
)

lineage = Table(
    "lineage",
    metadata,
    Column("run", key(), ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
    Column("theme", key(), primary_key=True),
    Column("kind", String, nullable=False),
    Column("other", key(), nullable=False),
    Column("share", Double),
    Column("at", UtcTime, nullable=False),
    Index("lineage_by_theme", "theme"),
    Index("lineage_by_other", "other"),
)
