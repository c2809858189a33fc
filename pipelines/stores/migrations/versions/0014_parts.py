"""Themes have parts, and their segments lie in one."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for table in ("found_themes", "themes"):
        op.add_column(table, sa.Column("parts", sa.Text, nullable=False, server_default="[]"))
    op.add_column("assignments", sa.Column("part", sa.Integer))


def downgrade() -> None:
    op.drop_column("assignments", "part")
    for table in ("themes", "found_themes"):
        op.drop_column(table, "parts")
