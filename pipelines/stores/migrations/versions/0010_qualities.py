"""What a discovery says of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "qualities",
        sa.Column("run", ID, sa.ForeignKey("discoveries.run", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Column("themes", sa.Integer, nullable=False),
        sa.Column("unassigned", sa.Double, nullable=False),
        sa.Column("stability", sa.Double),
        sa.Column("distinctness", sa.Double),
        sa.Column("duplicates", sa.Double, nullable=False),
        sa.Column("drift", sa.Double),
        sa.Column("drift_p", sa.Double),
        sa.Column("stabilities", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("qualities")
