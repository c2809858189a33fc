"""The SQL store: all nouns of one database, brought to the newest schema when it is opened."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from nlp.errors import StoreError
from pipelines.stores.api_keys import ApiKeys
from pipelines.stores.audits import Audits
from pipelines.stores.choices import Choices
from pipelines.stores.conversations import Conversations
from pipelines.stores.corrections import Corrections
from pipelines.stores.customers import Customers
from pipelines.stores.database import Database
from pipelines.stores.duplicates import Duplicates
from pipelines.stores.edits import Edits
from pipelines.stores.events import Events
from pipelines.stores.experiments import Experiments
from pipelines.stores.features import Features
from pipelines.stores.identity import Identity
from pipelines.stores.jobs import Jobs
from pipelines.stores.lineage import Lineage
from pipelines.stores.marks import Marks
from pipelines.stores.outbox import Outbox
from pipelines.stores.past import Past
from pipelines.stores.privacy import Privacy
from pipelines.stores.proposals import Proposals
from pipelines.stores.protocols import (
    ApiKeyStore,
    AuditStore,
    ChoiceStore,
    ConversationStore,
    CorrectionStore,
    CustomerStore,
    DuplicateStore,
    EditStore,
    EventStore,
    ExperimentStore,
    FeatureStore,
    IdentityStore,
    JobStore,
    LineageStore,
    MarkStore,
    OutboxStore,
    PastStore,
    PrivacyStore,
    ProposalStore,
    QualityStore,
    ReplyStore,
    RollupStore,
    RoutingStore,
    RunStore,
    SearchStore,
    SignalStore,
    SweepStore,
    TellingStore,
    ThemeStore,
)
from pipelines.stores.qualities import Qualities
from pipelines.stores.replies import Replies
from pipelines.stores.rollups import Rollups
from pipelines.stores.routing import Routings
from pipelines.stores.runs import Runs
from pipelines.stores.search import Search
from pipelines.stores.signals import Signals
from pipelines.stores.sweep import Sweep
from pipelines.stores.tellings import Tellings
from pipelines.stores.themes import Themes

MIGRATIONS = Path(__file__).parent / "migrations"


class SqlStore:
    """`engine` is SQLAlchemy's; `url` is as given, password included."""

    def __init__(self, url: str, database: Database) -> None:
        self.url = url
        self.engine = database.engine
        self._database = database
        self.conversations: ConversationStore = Conversations(database)
        self.signals: SignalStore = Signals(database)
        self.themes: ThemeStore = Themes(database)
        self.lineage: LineageStore = Lineage(database)
        self.edits: EditStore = Edits(database)
        self.corrections: CorrectionStore = Corrections(database)
        self.past: PastStore = Past(database)
        self.proposals: ProposalStore = Proposals(database)
        self.qualities: QualityStore = Qualities(database)
        self.tellings: TellingStore = Tellings(database)
        self.rollups: RollupStore = Rollups(database)
        self.customers: CustomerStore = Customers(database)
        self.identity: IdentityStore = Identity(database)
        self.events: EventStore = Events(database)
        self.duplicates: DuplicateStore = Duplicates(database)
        self.features: FeatureStore = Features(database)
        self.experiments: ExperimentStore = Experiments(database)
        self.choices: ChoiceStore = Choices(database)
        self.runs: RunStore = Runs(database)
        self.privacy: PrivacyStore = Privacy(database)
        self.sweep: SweepStore = Sweep(database)
        self.api_keys: ApiKeyStore = ApiKeys(database)
        self.audits: AuditStore = Audits(database)
        self.marks: MarkStore = Marks(database)
        self.routing: RoutingStore = Routings(database)
        self.outbox: OutboxStore = Outbox(database)
        self.search: SearchStore = Search(database)
        self.jobs: JobStore = Jobs(database)
        self.replies: ReplyStore = Replies(database)

    @classmethod
    def open(cls, url: str) -> "SqlStore":
        """Raises StoreError, MissingDependency, UnknownName."""
        database = Database(url)
        try:
            migrate(database)
        except BaseException:
            database.engine.dispose()
            raise
        return cls(url, database)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> "SqlStore":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision, up or down ("base" is empty). Raises StoreError where a newer version made it, or
    for a revision that this version does not know."""
    config = _config()
    current, newest = revisions(database)
    if revision == "head" and current == newest:
        return
    known = [step.revision for step in _steps().walk_revisions()][::-1]
    if revision not in (*known, "head", "base"):
        raise StoreError(f"no schema {revision!r}; known: base, {known[0]} to {known[-1]}, head")
    later = known.index(revision) > known.index(current) if current in known and revision in known else not current
    with database.write() as connection:
        database.backend.lock(connection)
        config.attributes["connection"] = connection
        try:
            (command.upgrade if revision == "head" or later else command.downgrade)(config, revision)
        except CommandError as error:
            raise StoreError(
                f"{database.name}: schema {current!r} is not of this version; update frictionary"
            ) from error


def revisions(database: Database) -> tuple[str | None, str | None]:
    """The schema's revision, None of an empty database, and the newest that this version knows."""
    with database.read() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, _steps().get_current_head()


@cache
def _steps() -> ScriptDirectory:
    """Read once: there are some dozens of files."""
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
