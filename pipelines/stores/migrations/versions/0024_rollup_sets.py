"""Sums for each set of columns that pages ask for, instead of for all columns at once."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
PLACE = ("channel", "stage", "language")
COVERING = ["day", "theme", "customer", *PLACE, "conversations"]
COUNTS = ("conversations", "segments", "scored", "friction", "sentiment", "leaving", "unread")


def upgrade() -> None:
    _make_anew("by", covering=COVERING)
    op.create_table(
        "rollup_customers",
        sa.Column("theme", ID, primary_key=True),
        sa.Column("customer", ID, primary_key=True),
        sa.Column("last_day", sa.Date, nullable=False),
    )
    op.create_index("rollup_customers_by_customer", "rollup_customers", ["customer"])
    op.create_index("rollup_customers_by_day", "rollup_customers", ["theme", "last_day"])


def downgrade() -> None:
    op.drop_table("rollup_customers")
    _make_anew(covering=["day"])


def _make_anew(*first: str, covering: list[str]) -> None:
    """What is summed up follows from the rest: without its state, it is summed up anew."""
    op.execute("DELETE FROM rollup_state")
    op.drop_table("rollup_days")
    op.create_table(
        "rollup_days",
        *(sa.Column(name, sa.String, primary_key=True) for name in first),
        sa.Column("theme", ID, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        *(sa.Column(name, sa.String, primary_key=True) for name in PLACE),
        *(
            sa.Column(name, sa.Double if name in ("friction", "sentiment") else sa.Integer, nullable=False)
            for name in COUNTS
        ),
    )
    op.create_index("rollup_days_by_day", "rollup_days", ["day"])
    op.drop_index("rollup_tellings_by_day", "rollup_tellings")
    op.create_index("rollup_tellings_by_day", "rollup_tellings", covering)
