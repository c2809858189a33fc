"""Files into the store: read, protect, upsert in batches, resolve customers; what cannot be read is a dead letter."""

import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import islice
from pathlib import Path

from nlp.conversation import Conversation
from nlp.customer import Event
from nlp.errors import BadInput, BadRecord
from nlp.redaction import redact
from pipelines import consent, keys, sources
from pipelines.forgetting import finish
from pipelines.freshness import Freshness, Since
from pipelines.identity import resolve
from pipelines.keeping import Kept, begin
from pipelines.letters import DeadLetters
from pipelines.maskers import Maskers
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.sources import Contact, DeadRecord, Options, Record, Same, address
from pipelines.stores.protocols import RunInput, Store
from pipelines.vocabulary import vocabulary

BATCH = 500
REASONS = 100
PLACE = re.compile(r"\b(at character|after about) [\d,]+")
"""Where in a record or file something is wrong: no part of the reason, by which dead records are counted."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What came in. `read` counts conversations: `added`, `changed`, `same` as stored, or `old` (changed before the
    moment since which is read, or stored in a later state); `moved` those given to the customer that an identifier
    belongs to; `skipped` records left out on purpose, such as rows without text; `withheld` records of customers who
    refuse, and conversations that the privacy policy keeps out; `unnamed` events under a name that
    the vocabulary does not know."""

    files: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    old: int = 0
    dead: int = 0
    skipped: int = 0
    withheld: int = 0
    customers: int = 0
    events: int = 0
    unnamed: int = 0
    moved: int = 0


def ingest(
    paths: Sequence[Path],
    *,
    store: Store,
    protect: Protector,
    settings: Settings,
    format: str | None = None,
    options: Options | None = None,
    since: Since = None,
    run: str = "",
    progress: Callable[[IngestReport], None] | None = None,
) -> IngestReport:
    """Read every file into the store, all of it through `protect` first; safe to kill and to run twice.

    The order of the files does not matter. A file that cannot be read at all is one dead letter (record 0) and the run
    goes on. `since` leaves out what changed before; `run` is the stored run that keeps what each file brought. Raises
    BadInput for a path that does not exist, before anything is read; UnknownName for an unknown format; BadSetting;
    MissingDependency where names are to be masked and no model is installed.
    """
    if missing := [address(path) for path in paths if not sources.exists(path)]:
        raise BadInput(f"no such file: {', '.join(missing)}")
    options = replace(options or Options(), max_record=settings.max_record, names=vocabulary(settings))
    keys.check(store, protect.keys)
    finish(store)
    consent.opt_out(store, protect)
    total = Counter[str]()
    with (
        DeadLetters(settings.dead_letters) as letters,
        Maskers(protect, settings.maskers, company=options.company) as maskers,
    ):
        door = _Door(store, protect, options, Freshness(store, since), maskers)
        for number, path in enumerate(paths, start=1):
            file = _File(path, RunInput(run, number, redact(address(path))[0]), format)
            file.begin(store)
            for batch in _batches(file.records(options)):
                file.counts.update(door.take(batch, file.format or ""))
                for bad in batch:
                    if isinstance(bad, BadRecord):
                        file.bury(bad, letters)
                letters.flush()
                if progress:
                    progress(_report(number, total + file.counts))
            file.counts.update(door.settle())
            file.end(store)
            door.fresh.close(whole=file.whole, source=options.source or file.format or "")
            total += file.counts
    moved = resolve(store)
    door.close()
    door.fresh.keep(run)
    return replace(_report(len(paths), total), moved=moved)


def _report(files: int, counts: Counter[str]) -> IngestReport:
    known = {field.name for field in fields(IngestReport)}
    return IngestReport(files=files, **{name: count for name, count in counts.items() if name in known})


def _batches(found: Iterable[Record | BadRecord]) -> Iterator[list[Record | BadRecord]]:
    found = iter(found)
    while batch := list(islice(found, BATCH)):
        yield batch


class _Door:
    """Takes in records, a batch at a time."""

    def __init__(self, store: Store, protect: Protector, options: Options, fresh: Freshness, maskers: Maskers) -> None:
        self._store, self._protect, self._options, self.fresh = store, protect, options, fresh
        self._people, self._maskers = consent.Door(store, protect), maskers
        self._begun: deque[tuple[int, Callable[[], Kept]]] = deque()

    def take(self, batch: Sequence[Record | BadRecord], source: str) -> Counter[str]:
        """What is claimed of customers is kept first: a conversation is not read again once it is stored."""
        batch, read = self._people.open(batch, source), len(batch)
        contacts = [item for item in batch if isinstance(item, Contact)]
        events = [item for item in batch if isinstance(item, Event)]
        talks = [item for item in batch if isinstance(item, Conversation)]
        told = [item for item in batch if isinstance(item, Contact | Same | Conversation)]
        self._store.identity.claim(claim for item in told for claim in self._protect.claims(item, source))
        self._store.identity.describe(kept for item in told for kept in self._protect.traits(item).items())
        self._store.customers.put(self._protect.contact(contact, source) for contact in contacts)
        self._store.events.put(self._protect.event(event) for event in events)
        counts = Counter(customers=len(contacts), events=len(events), read=len(talks), withheld=read - len(batch))
        return counts + self._talks(talks)

    def _talks(self, talks: Sequence[Conversation]) -> Counter[str]:
        wanted = [talk for talk in talks if not self.fresh.old(talk)]
        finish = begin(
            wanted,
            store=self._store,
            protect=self._protect,
            door=self._people,
            maskers=self._maskers,
            company=self._options.company,
        )
        self._begun.append((len(wanted), finish))
        return Counter(old=len(talks) - len(wanted)) + self.settle(but=self._maskers.ahead)

    def settle(self, *, but: int = 0) -> Counter[str]:
        """Store what waits for its masks, but for the last few batches. Before another file, all: it may hold the same
        ids."""
        counts = Counter[str]()
        while len(self._begun) > but:
            size, finish = self._begun.popleft()
            kept = finish()
            same = size - kept.old - kept.added - kept.changed - kept.withheld
            counts.update(added=kept.added, changed=kept.changed, old=kept.old, same=same, withheld=kept.withheld)
        return counts

    def close(self) -> None:
        """What was stored of those who refuse meanwhile is forgotten."""
        self._people.close()


@dataclass(slots=True)
class _File:
    """One file while it is taken in: what it brought, and why records of it died."""

    path: Path
    input: RunInput
    format: str | None
    counts: Counter[str] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)
    whole: bool = True
    started: float = field(default_factory=time.perf_counter)

    def begin(self, store: Store) -> None:
        if self.input.run:
            digest, size = sources.digest(self.path)
            self.input = replace(self.input, sha256=digest, size=size)
            store.runs.put_inputs([self.input])

    def records(self, options: Options) -> Iterator[Record | BadRecord]:
        before, unnamed = options.skipped.total(), options.unnamed.total()
        try:
            self.format = self.format or sources.guess(self.path)[0]
            for found in sources.read(self.path, options, format=self.format):
                self._count(options, before, unnamed)
                yield found
        except BadInput as error:
            yield DeadRecord(str(error).removeprefix(f"{address(self.path)}: "), file=str(self.path))
        self._count(options, before, unnamed)

    def _count(self, options: Options, skipped: int, unnamed: int) -> None:
        self.counts["skipped"] = options.skipped.total() - skipped
        self.counts["unnamed"] = options.unnamed.total() - unnamed

    def bury(self, bad: BadRecord, letters: DeadLetters) -> None:
        letters.add(bad, self.path)
        self.counts["dead"] += 1
        self.whole = self.whole and isinstance(bad, DeadRecord) and bad.record > 0
        reason = PLACE.sub(r"\1 …", f"{bad.field}: {bad.reason}" if bad.field else bad.reason)
        self.dead[reason if reason in self.dead or len(self.dead) < REASONS else "other reasons"] += 1

    def end(self, store: Store) -> None:
        if self.input.run:
            counts = {name: count for name, count in self.counts.items() if count}
            seconds = round(time.perf_counter() - self.started, 3)
            ended = replace(self.input, format=self.format or "", counts=counts, dead=dict(self.dead), seconds=seconds)
            store.runs.put_inputs([ended])
