"""What speaks for a conversation's stage, kept with its summary."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("summaries", sa.Column("witnesses", sa.Text))


def downgrade() -> None:
    op.drop_column("summaries", "witnesses")
