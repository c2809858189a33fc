"""Experiments, who came into them, and the log of what policies chose."""

import sqlalchemy as sa
from alembic import op

from pipelines.stores.schema.columns import UtcTime, key

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "experiments",
        sa.Column("name", key(), primary_key=True),
        sa.Column("salt", sa.String, nullable=False),
        sa.Column("holdout", sa.Double, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("started_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime),
        sa.Column("says", sa.Text, nullable=False),
    )
    op.create_table(
        "experiment_entries",
        sa.Column("experiment", key(), sa.ForeignKey("experiments.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("customer", key(), primary_key=True),
        sa.Column("arm", sa.String, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
    )
    op.create_table(
        "choices",
        sa.Column("id", key(), primary_key=True),
        sa.Column("policy", key(), nullable=False),
        sa.Column("customer", key(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("propensity", sa.Double, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("reward", sa.Double),
    )
    op.create_index("choices_by_time", "choices", ["at", "id"])


def downgrade() -> None:
    for table in ("choices", "experiment_entries", "experiments"):
        op.drop_table(table)
