"""A discovery tells what became of every theme; of earlier ones it is told by the ids that they gave."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
EARLIER = """
INSERT INTO lineage (run, theme, kind, other, at)
SELECT themes.run, themes.id, CASE WHEN EXISTS (
    SELECT 1 FROM themes AS other JOIN discoveries AS earlier ON earlier.run = other.run
    WHERE other.id = themes.id AND earlier.number < discoveries.number
) THEN 'continued' ELSE 'born' END, '', MIN(assignments.assigned_at)
FROM themes
JOIN discoveries ON discoveries.run = themes.run
JOIN assignments ON assignments.run = themes.run
GROUP BY themes.run, themes.id, discoveries.number
"""


def upgrade() -> None:
    op.create_table(
        "lineage",
        sa.Column("run", ID, sa.ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
        sa.Column("theme", ID, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("other", ID, nullable=False),
        sa.Column("share", sa.Double),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("lineage_by_theme", "lineage", ["theme"])
    op.create_index("lineage_by_other", "lineage", ["other"])
    op.execute(EARLIER)


def downgrade() -> None:
    op.drop_table("lineage")
