"""Of each refusal whose word it was, and what it tells until what is stored of them is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Of refusals from before it is not known whose word they were ("")."""
    op.create_table(
        "refusals_by",
        sa.Column("identifier", ID, primary_key=True),
        sa.Column("why", sa.String, primary_key=True),
        sa.Column("whose", ID, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("pending", sa.Text),
    )
    op.execute("INSERT INTO refusals_by (identifier, why, whose, at) SELECT identifier, why, '', at FROM refusals")
    op.drop_table("refusals")
    op.rename_table("refusals_by", "refusals")


def downgrade() -> None:
    op.create_table(
        "refusals_of",
        sa.Column("identifier", ID, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("why", sa.String, nullable=False),
    )
    op.execute(
        "INSERT INTO refusals_of (identifier, at, why) SELECT identifier, min(at), max(why) FROM refusals"
        " WHERE why <> 'conversation' GROUP BY identifier"
    )
    op.drop_table("refusals")
    op.rename_table("refusals_of", "refusals")
