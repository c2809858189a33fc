"""Facts that features are read from in real time, and triggers that note whose have changed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
OWNERS = {
    "conversations": "{row}.customer",
    "events": "{row}.customer",
    "summaries": "(SELECT c.customer FROM conversations c WHERE c.id = {row}.conversation)",
    "assignments": "(SELECT c.customer FROM signals s JOIN conversations c ON c.id = s.conversation"
    " WHERE s.segment = {row}.segment)",
}
"""Whose a row of the table is."""
CHANGES = {"INSERT": ("NEW",), "UPDATE": ("NEW", "OLD"), "DELETE": ("OLD",)}
NOTE = """
DELETE FROM stale_features WHERE customer = {owner};
INSERT INTO stale_features (customer) SELECT owner FROM (SELECT {owner} AS owner) WHERE owner <> '';
"""
"""A new number each time: whoever gathers facts must see that they changed meanwhile."""
FORGET = "DELETE FROM online_features WHERE customer = {owner};"
"""What is deleted must not be told for a moment longer."""
FUNCTION = """
CREATE FUNCTION stale_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO stale_features (customer)
SELECT owner FROM (SELECT DISTINCT {owner} AS owner FROM changed) found WHERE owner <> '';
IF TG_OP = 'DELETE' THEN
DELETE FROM online_features WHERE customer IN (SELECT {owner} FROM changed);
END IF;
RETURN NULL; END $$
"""
STATEMENT = """
CREATE TRIGGER stale_{table}_{name} AFTER {change} ON {table} REFERENCING {row} TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION stale_{table}()
"""


def upgrade() -> None:
    op.create_table(
        "online_features",
        sa.Column("customer", ID, primary_key=True),
        sa.Column("facts", sa.Text, nullable=False),
    )
    op.create_table(
        "stale_features",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("customer", ID, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("stale_features_by_customer", "stale_features", ["customer"])
    op.execute(
        "INSERT INTO stale_features (customer) SELECT customer FROM"
        " (SELECT customer FROM conversations UNION SELECT customer FROM events) found WHERE customer <> ''"
    )
    for table, owner in OWNERS.items():
        (_on_sqlite if op.get_bind().dialect.name == "sqlite" else _on_postgres)(table, owner)


def _on_sqlite(table: str, owner: str) -> None:
    for change, rows in CHANGES.items():
        notes = "".join(NOTE.format(owner=owner.format(row=row)) for row in rows)
        notes += FORGET.format(owner=owner.format(row="OLD")) if change == "DELETE" else ""
        op.execute(f"CREATE TRIGGER stale_{table}_{change.lower()} AFTER {change} ON {table} BEGIN {notes} END")


def _on_postgres(table: str, owner: str) -> None:
    op.execute(FUNCTION.format(table=table, owner=owner.format(row="changed")))
    for change, rows in CHANGES.items():
        for row in rows:
            name = f"{change.lower()}_{row.lower()}"
            op.execute(STATEMENT.format(table=table, change=change, row=row, name=name))


def downgrade() -> None:
    for table in OWNERS:
        if op.get_bind().dialect.name == "sqlite":
            for change in CHANGES:
                op.execute(f"DROP TRIGGER stale_{table}_{change.lower()}")
        else:
            op.execute(f"DROP FUNCTION stale_{table}() CASCADE")
    for table in ("stale_features", "online_features"):
        op.drop_table(table)
