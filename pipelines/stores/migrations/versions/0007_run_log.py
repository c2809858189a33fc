"""The run log: who works on a run and what it took in; up to when each source has been read; conversations as given."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("runs", sa.Column("worker", sa.String, nullable=False, server_default=""))
    op.add_column("runs", sa.Column("beat_at", TIME))
    op.add_column("runs", sa.Column("error", sa.Text, nullable=False, server_default=""))
    op.add_column("runs", sa.Column("resumes", ID, nullable=False, server_default=""))
    op.add_column("conversations", sa.Column("given_hash", sa.String))
    op.add_column("conversations", sa.Column("changed_at", TIME))
    op.create_table(
        "run_inputs",
        sa.Column("run", ID, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("format", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("size", sa.BigInteger),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("dead", sa.Text, nullable=False),
        sa.Column("seconds", sa.Double),
    )
    op.create_table(
        "marks",
        sa.Column("source", ID, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("run", ID, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("marks")
    op.drop_table("run_inputs")
    for column in ("changed_at", "given_hash"):
        op.drop_column("conversations", column)
    for column in ("resumes", "error", "beat_at", "worker"):
        op.drop_column("runs", column)
