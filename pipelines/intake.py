"""Conversations into the store as they come: masked, kept, annotated, placed among the known themes."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from nlp.conversation import Conversation
from pipelines import sources
from pipelines.annotate import Annotator, annotate
from pipelines.consent import opt_out
from pipelines.discover import assign_new
from pipelines.duplicates import find as find_duplicates
from pipelines.emergence import emerging
from pipelines.forgetting import finish
from pipelines.identity import resolve
from pipelines.keeping import keep
from pipelines.online import refresh
from pipelines.proposals import propose
from pipelines.protect import Protector
from pipelines.sources import DeadRecord, Options
from pipelines.stores.protocols import Store

FORMATS = ("threads", "zendesk", "intercom", "freshdesk", "chatwoot", "helpscout")
"""Those of which one record is a whole conversation with an id of its own."""
BATCH = 256


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of conversations: the ids of those that are stored, in the order given, and how many were what.

    `old` ones are stored in a later state; `withheld` ones are not stored: their customers refuse, or the policy does,
    and have no id here; `claims` tell that identifiers are one customer's.
    """

    ids: tuple[str, ...] = ()
    added: int = 0
    changed: int = 0
    old: int = 0
    withheld: int = 0
    annotated: int = 0
    placed: int = 0
    claims: int = 0

    @property
    def same(self) -> int:
        """Stored from the very same record, or alike."""
        return len(self.ids) - self.added - self.changed - self.old

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Intake:
    """The one path for what comes in as it happens. Every step goes on from what is stored: taken again, conversations
    leave the same store. `company` is left readable as `Protector.conversations` says."""

    store: Store
    annotator: Annotator
    protect: Protector
    company: str = ""

    @property
    def versions(self) -> dict[str, str]:
        """Of all that what is found depends on."""
        annotator = self.annotator
        return {
            "encoder": annotator.encoder.version,
            "signals": annotator.version,
            "redaction": self.protect.version,
        }

    def take(self, talks: Sequence[Conversation]) -> Taken:
        """All that a conversation needs before it may be forgotten elsewhere. Raises StoreError."""
        done = Taken()
        for batch in _batches(talks):
            done += self.kept(batch) + self.found([talk.id for talk in batch])
        return done

    def kept(self, talks: Sequence[Conversation]) -> Taken:
        """Masked and stored, and what they claim of their customers; not annotated yet. No id may come twice."""
        kept = keep(talks, store=self.store, protect=self.protect, company=self.company)
        ids = tuple(talk.id for talk in talks if talk.id not in kept.out)
        return Taken(ids, kept.added, kept.changed, kept.old, kept.withheld, claims=kept.claims)

    def found(self, ids: Sequence[str]) -> Taken:
        """Annotated, and placed among the known themes: those of these conversations that are not yet."""
        annotated = annotate(self.store, self.annotator, anew=False, of=ids)
        encoder = self.annotator.encoder.version
        placed = assign_new(self.store, encoder=encoder, at=datetime.now(UTC), of=ids)
        return Taken(annotated=annotated, placed=placed)

    def settle(self) -> None:
        """What looks at more than what came, for a quiet moment: who has refused and is not forgotten yet, who is one
        customer, what was told before, where those who changed stand, and which themes might be missing."""
        finish(self.store)
        opt_out(self.store, self.protect)
        resolve(self.store)
        find_duplicates(self.store)
        refresh(self.store, self.annotator.taxonomy)
        propose(self.store, at=datetime.now(UTC))
        emerging(self.store)


def _batches(talks: Sequence[Conversation]) -> Iterator[list[Conversation]]:
    """No id twice in a batch: what a conversation was first is known wholly before what it became, as it would be had
    it come alone."""
    batch: dict[str, Conversation] = {}
    for talk in talks:
        if talk.id in batch or len(batch) == BATCH:
            yield list(batch.values())
            batch = {}
        batch[talk.id] = talk
    if batch:
        yield list(batch.values())


def decode(body: bytes, options: Options, *, format: str = "threads") -> list[Conversation | DeadRecord]:
    """The conversations of one message or request: one record, a list, or lines, as the format's reader reads them.

    What cannot be read is a DeadRecord in its place, never raised. Raises BadSetting.
    """
    with _held(body) as path:
        found = list(sources.read(path, options, format=format))
    strange = DeadRecord("a conversation was expected", "record")
    return [item if isinstance(item, Conversation | DeadRecord) else strange for item in found]


@contextmanager
def _held(body: bytes) -> Iterator[Path]:
    """A file in memory where the system has such: unmasked text never lies on a disk, nor stays behind after a kill."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("message")
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            yield Path(f"/proc/self/fd/{descriptor}")
    else:
        with NamedTemporaryFile(prefix="frictionary-") as file:
            file.write(body)
            file.flush()
            yield Path(file.name)
