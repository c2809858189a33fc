"""What people say of segments' findings."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("segment", ID, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("guess", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
    )
    op.create_index("corrections_by_segment", "corrections", ["segment", "kind"])


def downgrade() -> None:
    op.drop_table("corrections")
