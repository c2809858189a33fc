"""Groups of segments in no theme that are proposed as one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("run", ID, sa.ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("segments", sa.Text, nullable=False),
        sa.Column("fresh", sa.Integer, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("proposals")
