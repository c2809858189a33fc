"""The first schema: conversations, findings, themes, customers, events, runs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
TABLES = (
    "runs",
    "events",
    "identity_links",
    "customers",
    "assignments",
    "themes",
    "discoveries",
    "summaries",
    "embeddings",
    "signals",
    "turns",
    "conversations",
)


def upgrade() -> None:
    _create_conversations()
    _create_findings()
    _create_themes()
    _create_customers()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", ID, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("customer", ID, nullable=False),
        sa.Column("customer_given", ID, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("annotated_model", sa.String),
    )
    op.create_index("conversations_by_time", "conversations", ["started_at", "id"])
    op.create_index("conversations_by_customer", "conversations", ["customer", "started_at"])
    op.create_index("conversations_by_model", "conversations", ["annotated_model", "id"])
    op.create_table(
        "turns",
        sa.Column("conversation", ID, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("speaker", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", TIME),
    )


def _create_findings() -> None:
    op.create_table(
        "signals",
        sa.Column("segment", ID, primary_key=True),
        sa.Column("conversation", ID, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("intent", sa.String, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("abstained", sa.Boolean, nullable=False),
        sa.Column("sentiment", sa.Double, nullable=False),
        sa.Column("negative", sa.Double, nullable=False),
        sa.Column("neutral", sa.Double, nullable=False),
        sa.Column("positive", sa.Double, nullable=False),
        sa.Column("friction", sa.Double, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("stage_confidence", sa.Double, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
    )
    op.create_index("signals_by_conversation", "signals", ["conversation", "turn", "start"])
    op.create_index("signals_by_friction", "signals", ["friction"])
    op.create_table(
        "embeddings",
        sa.Column("segment", ID, sa.ForeignKey("signals.segment", ondelete="CASCADE"), primary_key=True),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "summaries",
        sa.Column("conversation", ID, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("intent", sa.String, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("abstained", sa.Boolean, nullable=False),
        sa.Column("sentiment", sa.Double, nullable=False),
        sa.Column("sentiment_start", sa.Double, nullable=False),
        sa.Column("sentiment_end", sa.Double, nullable=False),
        sa.Column("sentiment_low", sa.Double, nullable=False),
        sa.Column("friction", sa.Double, nullable=False),
        sa.Column("effort", sa.Double, nullable=False),
        sa.Column("leaving", sa.Double, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("stage_confidence", sa.Double, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
    )


def _create_themes() -> None:
    op.create_table(
        "discoveries",
        sa.Column("run", ID, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
    )
    op.create_table(
        "themes",
        sa.Column("run", ID, sa.ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("quotes", sa.Text, nullable=False),
        sa.Column("x", sa.Double, nullable=False),
        sa.Column("y", sa.Double, nullable=False),
    )
    op.create_table(
        "assignments",
        sa.Column("run", ID, sa.ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
        sa.Column("segment", ID, primary_key=True),
        sa.Column("theme", ID),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("assigned_at", TIME, nullable=False),
        sa.Column("x", sa.Double),
        sa.Column("y", sa.Double),
        sa.ForeignKeyConstraint(["run", "theme"], ["themes.run", "themes.id"]),
    )
    op.create_index("assignments_by_theme", "assignments", ["run", "theme"])
    op.create_index("assignments_by_segment", "assignments", ["segment"])


def _create_customers() -> None:
    op.create_table(
        "customers",
        sa.Column("id", ID, primary_key=True),
        sa.Column("attributes", sa.Text, nullable=False),
    )
    op.create_table(
        "identity_links",
        sa.Column("identifier", ID, primary_key=True),
        sa.Column("customer", ID, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("id", ID, primary_key=True),
        sa.Column("customer", ID, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("value", sa.Double),
    )
    op.create_index("events_by_customer", "events", ["customer", "at"])
    op.create_table(
        "runs",
        sa.Column("id", ID, primary_key=True),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("seconds", sa.Text, nullable=False),
        sa.Column("versions", sa.Text, nullable=False),
    )
