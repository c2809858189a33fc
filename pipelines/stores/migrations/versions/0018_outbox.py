"""Messages to other systems, how far each sink is with them, and what was told last of customers and themes."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", ID, nullable=False),
        sa.Column("customer", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("outbox_by_customer", "outbox", ["customer"])
    op.create_index("outbox_by_subject", "outbox", ["subject"])
    op.create_table(
        "outbox_sinks",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("until", TIME),
        sa.Column("delivered", NUMBER, nullable=False),
        sa.Column("delivered_at", TIME),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_table(
        "outbox_held",
        sa.Column("sink", sa.String, sa.ForeignKey("outbox_sinks.name", ondelete="CASCADE"), primary_key=True),
        sa.Column(
            "number",
            NUMBER,
            sa.ForeignKey("outbox.number", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("key", ID, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("dead", sa.Boolean, nullable=False),
    )
    op.create_index("outbox_held_by_key", "outbox_held", ["sink", "dead", "key", "number"])
    op.create_index("outbox_held_by_number", "outbox_held", ["number"])
    op.create_table(
        "told_customers",
        sa.Column("customer", ID, primary_key=True),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("facts_hash", sa.String, nullable=False),
    )
    op.create_table(
        "told_movements", sa.Column("theme", ID, primary_key=True), sa.Column("kind", sa.String, nullable=False)
    )


def downgrade() -> None:
    for table in ("told_movements", "told_customers", "outbox_held", "outbox_sinks", "outbox"):
        op.drop_table(table)
