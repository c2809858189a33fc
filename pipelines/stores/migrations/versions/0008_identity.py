"""Identity: what sources claim, what people decide, what is in conflict; events and their customers as given."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TABLES = ("identity_matches", "identity_traits", "identity_conflicts", "identity_decisions", "identity_claims")
CLAIMED = "INSERT INTO identity_claims (record, identifier, source, kind) SELECT DISTINCT 'r' || customer, "


def upgrade() -> None:
    op.create_table(
        "identity_claims",
        sa.Column("record", ID, primary_key=True),
        sa.Column("identifier", ID, primary_key=True),
        sa.Column("source", ID, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
    )
    op.execute(f"{CLAIMED} identifier, 'earlier', 'earlier' FROM identity_links")
    op.execute(f"{CLAIMED} customer, 'earlier', 'id' FROM identity_links WHERE identifier <> customer")
    op.create_table(
        "identity_decisions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("one", ID, nullable=False),
        sa.Column("other", ID, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    _create_findings()
    op.create_index("identity_links_by_customer", "identity_links", ["customer"])
    op.add_column("events", sa.Column("customer_given", ID, nullable=False, server_default=""))
    op.execute("UPDATE events SET customer_given = customer")


def _create_findings() -> None:
    op.create_table(
        "identity_conflicts",
        sa.Column("node", ID, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("customers", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "identity_traits",
        sa.Column("identifier", ID, primary_key=True),
        sa.Column("traits", sa.Text, nullable=False),
    )
    op.create_table(
        "identity_matches",
        sa.Column("one", ID, primary_key=True),
        sa.Column("other", ID, primary_key=True),
        sa.Column("probability", sa.Double, nullable=False),
        sa.Column("weights", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_column("events", "customer_given")
    op.drop_index("identity_links_by_customer", "identity_links")
    for table in TABLES:
        op.drop_table(table)
