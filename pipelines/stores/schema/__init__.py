"""The tables: a file a room of the store."""

from pipelines.stores.schema.audits import audits
from pipelines.stores.schema.columns import Json, UtcTime, key, metadata
from pipelines.stores.schema.conversations import conversations, embeddings, signals, summaries, turns
from pipelines.stores.schema.corrections import corrections
from pipelines.stores.schema.customers import customers, events
from pipelines.stores.schema.duplicates import duplicate_decisions, duplicate_links, fingerprints
from pipelines.stores.schema.experiments import choices, experiment_entries, experiments
from pipelines.stores.schema.features import online_features, stale_features
from pipelines.stores.schema.identity import (
    identity_claims,
    identity_conflicts,
    identity_decisions,
    identity_links,
    identity_matches,
    identity_traits,
)
from pipelines.stores.schema.jobs import jobs, replies
from pipelines.stores.schema.keys import api_keys
from pipelines.stores.schema.outbox import outbox, outbox_held, outbox_sinks, told_customers, told_movements
from pipelines.stores.schema.privacy import key_marks, refusals
from pipelines.stores.schema.rollups import (
    conversation_facts,
    rollup_days,
    rollup_state,
    stale_days,
)
from pipelines.stores.schema.routing import routings
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
    "choices",
    "conversation_facts",
    "conversations",
    "corrections",
    "customers",
    "discoveries",
    "duplicate_decisions",
    "duplicate_links",
    "earlier_assignments",
    "edits",
    "embeddings",
    "events",
    "experiment_entries",
    "experiments",
    "fingerprints",
    "found_themes",
    "identity_claims",
    "identity_conflicts",
    "identity_decisions",
    "identity_links",
    "identity_matches",
    "identity_traits",
    "jobs",
    "key",
    "key_marks",
    "lineage",
    "marks",
    "metadata",
    "online_features",
    "outbox",
    "outbox_held",
    "outbox_sinks",
    "proposals",
    "qualities",
    "refusals",
    "replies",
    "rollup_days",
    "rollup_state",
    "routings",
    "run_inputs",
    "runs",
    "signals",
    "stale_days",
    "stale_features",
    "summaries",
    "themes",
    "told_customers",
    "told_movements",
    "turns",
]
