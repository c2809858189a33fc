"""A discovery keeps the artefact that serves its themes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("discoveries", sa.Column("artefact", sa.LargeBinary))


def downgrade() -> None:
    with op.batch_alter_table("discoveries") as table:
        table.drop_column("artefact")
