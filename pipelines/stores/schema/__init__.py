"""The tables: a file a room of the store."""

from pipelines.stores.schema.columns import Json, UtcTime, key, metadata
from pipelines.stores.schema.conversations import conversations, embeddings, signals, summaries, turns
from pipelines.stores.schema.customers import customers, events
from pipelines.stores.schema.duplicates import duplicate_decisions, duplicate_links, fingerprints
from pipelines.stores.schema.features import online_features, stale_features
from pipelines.stores.schema.identity import (
    identity_claims,
    identity_conflicts,
    identity_decisions,
    identity_links,
    identity_matches,
    identity_traits,
)
from pipelines.stores.schema.keys import api_keys
from pipelines.stores.schema.privacy import audits, key_marks, refusals
from pipelines.stores.schema.runs import marks, run_inputs, runs
from pipelines.stores.schema.themes import (
    assignments,
    discoveries,
    earlier_assignments,
    edits,
    found_themes,
    lineage,
    proposals,
    qualities,
    themes,
)

__all__ = [
    "Json",
    "UtcTime",
    "api_keys",
    "assignments",
    "audits",
    "conversations",
    "customers",
    "discoveries",
    "duplicate_decisions",
    "duplicate_links",
    "earlier_assignments",
    "edits",
    "embeddings",
    "events",
    "fingerprints",
    "found_themes",
    "identity_claims",
    "identity_conflicts",
    "identity_decisions",
    "identity_links",
    "identity_matches",
    "identity_traits",
    "key",
    "key_marks",
    "lineage",
    "marks",
    "metadata",
    "online_features",
    "proposals",
    "qualities",
    "refusals",
    "run_inputs",
    "runs",
    "signals",
    "stale_features",
    "summaries",
    "themes",
    "turns",
]
