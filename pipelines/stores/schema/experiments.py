"""Experiments, who came into them, and what policies chose."""

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table, Text

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata

experiments = Table(
    "experiments",
    metadata,
    Column("name", key(), primary_key=True),
    Column("salt", String, nullable=False),
    Column("holdout", Double, nullable=False),
    Column("days", Integer, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("says", Text, nullable=False),
)

experiment_entries = Table(
    "experiment_entries",
    metadata,
    Column("experiment", key(), ForeignKey("experiments.name", ondelete="CASCADE"), primary_key=True),
    Column("customer", key(), primary_key=True),
    Column("arm", String, nullable=False),
    Column("at", UtcTime, nullable=False),
)

choices = Table(
    "choices",
    metadata,
    Column("id", key(), primary_key=True),
    Column("policy", key(), nullable=False),
    Column("customer", key(), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("action", String, nullable=False),
    Column("propensity", Double, nullable=False),
    Column("context", Json, nullable=False),
    Column("reward", Double),
    Index("choices_by_time", "at", "id"),
)
