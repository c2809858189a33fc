"""Long work that was asked for, and answers that are given again to whoever asks again."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("cancelling", sa.Boolean, nullable=False),
        sa.Column("worker", sa.String, nullable=False),
        sa.Column("beat_at", TIME),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("jobs_by_state", "jobs", ["state", "created_at"])
    op.create_table(
        "replies",
        sa.Column("actor", ID, primary_key=True),
        sa.Column("key", ID, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("request", sa.String, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("replies_by_time", "replies", ["at"])


def downgrade() -> None:
    for table in ("replies", "jobs"):
        op.drop_table(table)
