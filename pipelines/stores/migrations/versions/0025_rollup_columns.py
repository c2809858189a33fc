"""Each day's sums as columns of numbers, instead of a row for each set of columns that pages ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
PLACE = ("channel", "stage", "language")
COUNTS = ("conversations", "segments", "scored", "friction", "sentiment", "leaving", "unread")


def upgrade() -> None:
    op.execute("DELETE FROM rollup_state")  # what is summed up follows from the rest
    for name in ("rollup_customers", "rollup_days", "rollup_tellings"):
        op.drop_table(name)
    op.create_table(
        "rollup_days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("columns", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.execute("DELETE FROM rollup_state")
    op.execute("DELETE FROM conversation_facts")
    op.drop_table("rollup_days")
    op.create_table(
        "rollup_tellings",
        sa.Column("conversation", ID, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("theme", ID, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in PLACE),
        sa.Column("customer", ID, nullable=False),
        *_sums(),
    )
    last = [*PLACE, "conversations"]
    op.create_index("rollup_tellings_by_customer", "rollup_tellings", ["theme", "customer", "day", *last])
    op.create_index("rollup_tellings_by_day", "rollup_tellings", ["day", "theme", "customer", *last])
    op.create_table(
        "rollup_days",
        sa.Column("by", sa.String, primary_key=True),
        sa.Column("theme", ID, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        *(sa.Column(name, sa.String, primary_key=True) for name in PLACE),
        *_sums(),
    )
    op.create_index("rollup_days_by_day", "rollup_days", ["day"])
    op.create_table(
        "rollup_customers",
        sa.Column("theme", ID, primary_key=True),
        sa.Column("customer", ID, primary_key=True),
        sa.Column("last_day", sa.Date, nullable=False),
    )
    op.create_index("rollup_customers_by_customer", "rollup_customers", ["customer"])
    op.create_index("rollup_customers_by_day", "rollup_customers", ["theme", "last_day"])


def _sums() -> list[sa.Column[object]]:
    return [
        sa.Column(name, sa.Double if name in ("friction", "sentiment") else sa.Integer, nullable=False)
        for name in COUNTS
    ]
