"""What was told more than once: fingerprints, links, decisions; a conversation that tells again names the first."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def _conversation(name: str) -> sa.Column[str]:
    return sa.Column(name, ID, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    op.add_column("conversations", sa.Column("duplicate_of", ID))
    op.create_table(
        "fingerprints",
        _conversation("conversation"),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("head", sa.String, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("again", sa.Text, nullable=False),
        sa.Column("repost", sa.Boolean, nullable=False),
    )
    op.create_index("fingerprints_by_head", "fingerprints", ["head"])
    op.create_table(
        "duplicate_links",
        _conversation("later"),
        _conversation("earlier"),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "duplicate_decisions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("one", ID, nullable=False),
        sa.Column("other", ID, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("duplicate_decisions")
    op.drop_table("duplicate_links")
    op.drop_table("fingerprints")
    op.drop_column("conversations", "duplicate_of")
