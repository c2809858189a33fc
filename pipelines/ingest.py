"""Files into the store: read, protect, upsert in batches, resolve customers; what cannot be read is a dead letter."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from nlp.conversation import Conversation
from nlp.customer import Event
from nlp.errors import BadInput, BadRecord
from pipelines import sources
from pipelines.identity import Claims, resolve
from pipelines.letters import DeadLetters
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.sources import Contact, DeadRecord, Options, Record
from pipelines.stores.protocols import Store

BATCH = 500


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What came in. `read`, `added`, `changed` and `moved` (to the customer that an identifier belongs to) count
    conversations; `skipped` counts records left out on purpose, such as rows without text."""

    files: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    dead: int = 0
    skipped: int = 0
    customers: int = 0
    events: int = 0
    moved: int = 0


def ingest(
    paths: Sequence[Path],
    *,
    store: Store,
    protect: Protector,
    settings: Settings,
    format: str | None = None,
    options: Options | None = None,
    progress: Callable[[IngestReport], None] | None = None,
) -> IngestReport:
    """Read every file into the store, all of it through `protect` first; safe to kill and to run twice.

    The order of the files does not matter. A file that cannot be read at all is one dead letter (record 0) and the run
    goes on. Raises BadInput for a path that does not exist, before anything is read; UnknownName for an unknown format;
    BadSetting; MissingDependency where names are to be masked and no model is installed.
    """
    if missing := [str(path) for path in paths if not sources.exists(path)]:
        raise BadInput(f"no such file: {', '.join(missing)}")
    options = replace(options or Options(), max_record=settings.max_record)
    report, claims, links = IngestReport(), Claims(), store.customers.links()
    with DeadLetters(settings.dead_letters) as letters:
        for path in paths:
            report = replace(report, files=report.files + 1)
            for batch in _batches(_found(path, options, format)):
                _put_contacts([item for item in batch if isinstance(item, Contact)], store, protect, claims)
                _put_events([item for item in batch if isinstance(item, Event)], store, protect, links)
                talks = [item for item in batch if isinstance(item, Conversation)]
                put = store.conversations.put(protect.conversations(talks, company=options.company))
                report = _counted(report, batch, *put)
                for bad in batch:
                    if isinstance(bad, BadRecord):
                        letters.add(bad, path)
                letters.flush()
                report = replace(report, skipped=options.skipped.total())
                if progress:
                    progress(report)
    return replace(report, skipped=options.skipped.total(), moved=resolve(store, claims))


def _found(path: Path, options: Options, format: str | None) -> Iterator[Record | BadRecord]:
    try:
        yield from sources.read(path, options, format=format)
    except BadInput as error:
        yield DeadRecord(str(error).removeprefix(f"{path}: "), file=str(path))


def _batches(found: Iterable[Record | BadRecord]) -> Iterator[list[Record | BadRecord]]:
    found = iter(found)
    while batch := list(islice(found, BATCH)):
        yield batch


def _put_contacts(contacts: Sequence[Contact], store: Store, protect: Protector, claims: Claims) -> None:
    for customer, identifiers in (known := [protect.contact(contact) for contact in contacts]):
        claims.add(customer.id, identifiers)
    store.customers.put(customer for customer, _ in known)


def _put_events(events: Sequence[Event], store: Store, protect: Protector, links: Mapping[str, str]) -> None:
    """Under the customer that is linked by now: putting them under the identifier would undo that."""
    plain = [protect.event(event) for event in events]
    store.events.put(replace(event, customer=links.get(event.customer, event.customer)) for event in plain)


def _counted(report: IngestReport, batch: Sequence[Record | BadRecord], added: int, changed: int) -> IngestReport:
    kinds = Counter(type(item) for item in batch)
    return replace(
        report,
        read=report.read + kinds[Conversation],
        added=report.added + added,
        changed=report.changed + changed,
        dead=report.dead + sum(isinstance(item, BadRecord) for item in batch),
        customers=report.customers + kinds[Contact],
        events=report.events + kinds[Event],
    )
