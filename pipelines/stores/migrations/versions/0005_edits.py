"""People's edits: the log, what a discovery found beside what is shown, and where segments were before an edit."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
SAID = (
    ("owner", sa.String, ""),
    ("notes", sa.Text, "[]"),
    ("fixes", sa.Text, "[]"),
    ("pinned", sa.Boolean, sa.false()),
    ("hidden", sa.Boolean, sa.false()),
)


def _run() -> sa.Column[str]:
    return sa.Column("run", ID, sa.ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    op.create_table(
        "edits",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("theme", ID, nullable=False),
        sa.Column("other", ID, nullable=False),
        sa.Column("segments", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("undoes", sa.Integer),
    )
    _keep_what_was_found()
    op.create_table(
        "earlier_assignments",
        _run(),
        sa.Column("segment", ID, primary_key=True),
        sa.Column("assigned_at", TIME, primary_key=True),
        sa.Column("theme", ID),
        sa.Column("confidence", sa.Double, nullable=False),
    )
    op.create_index("earlier_assignments_by_segment", "earlier_assignments", ["segment"])
    op.add_column("assignments", sa.Column("found", ID))
    op.execute("UPDATE assignments SET found = theme")
    for name, type_, empty in SAID:
        op.add_column("themes", sa.Column(name, type_, nullable=False, server_default=empty))


def _keep_what_was_found() -> None:
    op.create_table(
        "found_themes",
        _run(),
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("quotes", sa.Text, nullable=False),
        sa.Column("x", sa.Double, nullable=False),
        sa.Column("y", sa.Double, nullable=False),
    )
    op.execute("INSERT INTO found_themes SELECT run, id, name, description, terms, size, quotes, x, y FROM themes")


def downgrade() -> None:
    """Themes and assignments stay as shown."""
    for name, _, _ in SAID:
        op.drop_column("themes", name)
    op.drop_column("assignments", "found")
    for name in ("earlier_assignments", "found_themes", "edits"):
        op.drop_table(name)
