"""A signal keeps what its segment names."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("signals", sa.Column("entities", sa.Text))


def downgrade() -> None:
    with op.batch_alter_table("signals") as table:
        table.drop_column("entities")
