"""Sums by day, theme, channel, stage and language, and triggers that note which days are stale."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
DAYS = {
    "conversations": ("started_at", "SELECT {own}"),
    "summaries": ("c.started_at", "SELECT {day} FROM conversations c WHERE c.id = {row}.conversation"),
    "assignments": (
        "c.started_at",
        "SELECT {day} FROM signals s JOIN conversations c ON c.id = s.conversation WHERE s.segment = {row}.segment"
        " AND {row}.run = (SELECT run FROM rollup_state)",
    ),
    "events": ("at", "SELECT {own}"),
    "customers": ("c.started_at", "SELECT DISTINCT {day} FROM conversations c WHERE c.customer = {row}.id"),
}
"""Table -> a time, and which days a row of the table is of. A new discovery makes every day stale: its rows need no
note."""
CHANGES = {"INSERT": ("NEW",), "UPDATE": ("NEW", "OLD"), "DELETE": ("OLD",)}
NOTE = """
INSERT INTO stale_days (day) SELECT day FROM ({days}) WHERE day IS NOT NULL AND day NOT IN (SELECT day FROM stale_days);
"""
"""SQLite has one writer at a time: what is noted already need not be noted again."""
FUNCTION = """
CREATE FUNCTION stale_day_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO stale_days (day) SELECT DISTINCT found.day FROM changed, LATERAL ({days}) AS found(day)
WHERE found.day IS NOT NULL;
RETURN NULL; END $$
"""
STATEMENT = """
CREATE TRIGGER stale_day_{table}_{name} AFTER {change} ON {table} REFERENCING {row} TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION stale_day_{table}()
"""


def upgrade() -> None:
    place = (
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
    )
    sums = ("conversations", "segments", "scored", "friction", "sentiment", "leaving", "unread")
    kinds = {name: sa.Double if name in ("friction", "sentiment") else sa.Integer for name in sums}
    op.create_table(
        "rollup_tellings",
        sa.Column("conversation", ID, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("theme", ID, primary_key=True),
        *(sa.Column(column.name, column.type, nullable=False) for column in place),
        sa.Column("customer", ID, nullable=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in kinds.items()),
    )
    covering = ["theme", "customer", "day", "channel", "stage", "language", "conversations"]
    op.create_index("rollup_tellings_by_customer", "rollup_tellings", covering)
    op.create_index("rollup_tellings_by_day", "rollup_tellings", ["day"])
    op.create_table(
        "rollup_days",
        sa.Column("theme", ID, primary_key=True),
        *(sa.Column(column.name, column.type, primary_key=True) for column in place),
        *(sa.Column(name, kind, nullable=False) for name, kind in kinds.items()),
    )
    op.create_index("rollup_days_by_day", "rollup_days", ["day"])
    op.create_table(
        "conversation_facts",
        sa.Column("conversation", ID, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("value", ID, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
    )
    op.create_index("conversation_facts_by_value", "conversation_facts", ["kind", "value", "conversation"])
    op.create_index("conversation_facts_by_day", "conversation_facts", ["day"])
    op.create_table(
        "stale_days",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("day", sa.Date, nullable=False),
    )
    op.create_index("stale_days_by_day", "stale_days", ["day"])
    op.create_table(
        "rollup_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run", ID, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    for table in DAYS:
        (_on_sqlite if op.get_bind().dialect.name == "sqlite" else _on_postgres)(table)


def _on_sqlite(table: str) -> None:
    time, days = DAYS[table]
    for change, rows in CHANGES.items():
        notes = ""
        for row in rows:
            notes += NOTE.format(
                days=days.format(row=row, day=f"date({time}) AS day", own=f"date({row}.{time}) AS day")
            )
        op.execute(f"CREATE TRIGGER stale_day_{table}_{change.lower()} AFTER {change} ON {table} BEGIN {notes} END")


def _on_postgres(table: str) -> None:
    time, days = DAYS[table]
    utc = "CAST({} AT TIME ZONE 'UTC' AS date)".format
    found = days.format(row="changed", day=utc(time), own=utc(f"changed.{time}"))
    op.execute(FUNCTION.format(table=table, days=found))
    for change, rows in CHANGES.items():
        for row in rows:
            name = f"{change.lower()}_{row.lower()}"
            op.execute(STATEMENT.format(table=table, change=change, row=row, name=name))


def downgrade() -> None:
    for table in DAYS:
        if op.get_bind().dialect.name == "sqlite":
            for change in CHANGES:
                op.execute(f"DROP TRIGGER stale_day_{table}_{change.lower()}")
        else:
            op.execute(f"DROP FUNCTION stale_day_{table}() CASCADE")
    for name in ("rollup_state", "stale_days", "conversation_facts", "rollup_days", "rollup_tellings"):
        op.drop_table(name)
