"""Under which keys the pseudonyms are, and who has refused to be kept."""

from sqlalchemy import Column, Integer, String, Table

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

key_marks = Table(
    "key_marks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String, nullable=False),
    Column("at", UtcTime, nullable=False),
)

refusals = Table(
    "refusals",
    metadata,
    Column("identifier", key(), primary_key=True),
    Column("why", String, primary_key=True),
    Column("whose", key(), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("pending", Json),
)
"""`whose`: the identifier whose word closed this one; "" where that is not known. In the row of that identifier itself
`pending` holds what was claimed with the refusal until what is stored of them is forgotten, NULL from then on."""
