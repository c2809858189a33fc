"""Under which keys the pseudonyms are, who has refused, and what was done for privacy."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "key_marks",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_table(
        "refusals",
        sa.Column("identifier", ID, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("why", sa.String, nullable=False),
    )
    op.create_table(
        "audits",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("subject", ID, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("audits", "refusals", "key_marks"):
        op.drop_table(table)
