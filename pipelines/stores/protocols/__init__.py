"""What a store must do: one small Protocol a noun, gathered in `Store`.

Every write is an upsert on a stable id inside one transaction: running it twice leaves the same store.
Times are aware UTC in and out. Iterators stream; pages are lists.
"""

from typing import Protocol

from pipelines.stores.protocols.audits import Audit, AuditStore
from pipelines.stores.protocols.conversations import ConversationStore, SignalStore
from pipelines.stores.protocols.corrections import CorrectionStore
from pipelines.stores.protocols.customers import CustomerStore, EventStore
from pipelines.stores.protocols.duplicates import DuplicateStore
from pipelines.stores.protocols.experiments import ChoiceStore, ExperimentStore
from pipelines.stores.protocols.features import FeatureStore
from pipelines.stores.protocols.identity import IdentityStore
from pipelines.stores.protocols.jobs import Job, JobStore, Reply, ReplyStore
from pipelines.stores.protocols.keys import ApiKeyStore
from pipelines.stores.protocols.outbox import OutboxStore
from pipelines.stores.protocols.privacy import PrivacyStore, SweepStore
from pipelines.stores.protocols.records import Filter, Given, Quote, Run, RunInput
from pipelines.stores.protocols.rollups import RollupStore
from pipelines.stores.protocols.routing import RoutingStore, RoutingVersion
from pipelines.stores.protocols.runs import MarkStore, RunStore
from pipelines.stores.protocols.search import Passage, Place, SearchStore, Words
from pipelines.stores.protocols.themes import (
    EditStore,
    LineageStore,
    PastStore,
    ProposalStore,
    QualityStore,
    TellingStore,
    ThemeStore,
)

__all__ = [
    "ApiKeyStore",
    "Audit",
    "AuditStore",
    "ChoiceStore",
    "ConversationStore",
    "CorrectionStore",
    "CustomerStore",
    "DuplicateStore",
    "EditStore",
    "EventStore",
    "ExperimentStore",
    "FeatureStore",
    "Filter",
    "Given",
    "IdentityStore",
    "Job",
    "JobStore",
    "LineageStore",
    "MarkStore",
    "OutboxStore",
    "Passage",
    "PastStore",
    "Place",
    "PrivacyStore",
    "ProposalStore",
    "QualityStore",
    "Quote",
    "Reply",
    "ReplyStore",
    "RollupStore",
    "RoutingStore",
    "RoutingVersion",
    "Run",
    "RunInput",
    "RunStore",
    "SearchStore",
    "SignalStore",
    "Store",
    "SweepStore",
    "TellingStore",
    "ThemeStore",
    "Words",
]


class Store(Protocol):
    """All nouns of one database. A context manager: leaving it closes the connections."""

    url: str
    conversations: ConversationStore
    signals: SignalStore
    themes: ThemeStore
    lineage: LineageStore
    edits: EditStore
    corrections: CorrectionStore
    past: PastStore
    proposals: ProposalStore
    qualities: QualityStore
    tellings: TellingStore
    rollups: RollupStore
    customers: CustomerStore
    identity: IdentityStore
    events: EventStore
    duplicates: DuplicateStore
    features: FeatureStore
    experiments: ExperimentStore
    choices: ChoiceStore
    runs: RunStore
    privacy: PrivacyStore
    sweep: SweepStore
    api_keys: ApiKeyStore
    audits: AuditStore
    marks: MarkStore
    routing: RoutingStore
    outbox: OutboxStore
    search: SearchStore
    jobs: JobStore
    replies: ReplyStore

    def close(self) -> None: ...

    def __enter__(self) -> "Store": ...

    def __exit__(self, *exc: object) -> None: ...
