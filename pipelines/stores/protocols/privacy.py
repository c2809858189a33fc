"""Keys, refusals, and what looks at every cell of a store."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from nlp.identity.claim import Claim
from pipelines.stores.protocols.audits import Audit

Progress = Callable[[str, int, int | None], None]
WITHHELD = "conversation"
"""Why a conversation alone is refused, by its id: a refusal that lasts until the conversation is forgotten."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """That nothing under these identifiers (pseudonyms) is kept, since `whose` word closed them: an identifier that is
    one of them. `why`: consent, opt-out, forget, or WITHHELD. `claims`: what the record that refuses tells besides of
    its customer, which is not kept."""

    whose: str
    why: str
    identifiers: frozenset[str]
    claims: tuple[Claim, ...] = ()


class PrivacyStore(Protocol):
    def keys(self) -> list[str]:
        """Fingerprints of the keys that the pseudonyms are under, oldest first; none where nothing was kept yet."""

    def put_keys(self, fingerprints: Sequence[str], at: datetime) -> None: ...

    def refusals(self, *, among: Collection[str] | None = None) -> dict[str, set[str]]:
        """Identifier (a pseudonym) -> why nothing under it is kept: consent, opt-out, forget. All, or those `among`."""

    def refuse(self, refusals: Collection[Refusal], *, at: datetime) -> None:
        """Nothing more is taken in; what is stored waits to be forgotten."""

    def withhold(self, conversations: Collection[str], *, at: datetime) -> int:
        """Those of these conversations that are stored wait to be forgotten; returns how many."""

    def pending(self) -> list[Refusal]:
        """Whose refusal is kept, and what is stored of them not forgotten yet."""

    def closed_by(self, identifiers: Collection[str]) -> dict[str, set[str]]:
        """Identifier -> whose words have closed it, "" where that is not known; for each of these that is closed."""

    def allow(self, whose: Iterable[str], *, why: str = "", among: Collection[str] | None = None) -> int:
        """Take back what these words closed, for that reason or for any, all of it or what is `among`; returns how many
        identifiers that were."""


class SweepStore(Protocol):
    def cells(self, progress: Progress = lambda step, done, total: None) -> Iterator[tuple[str, Any]]:
        """("table.column", value) of every text, JSON value and binary of every table that is not empty."""

    def rename(
        self, name: Callable[[str], str], fingerprints: Sequence[str], *, at: datetime, progress: Progress
    ) -> dict[str, int]:
        """Put every pseudonym and hashed placeholder through `name` in one transaction, which also keeps under which
        keys they then are. Returns the changed rows by table."""

    def forget(
        self,
        identifiers: Collection[str],
        *,
        conversations: Collection[str] = (),
        refusals: Collection[Refusal] = (),
        entry: Audit | None = None,
    ) -> dict[str, int]:
        """Delete all rows of these pseudonyms, and their and these conversations with all that was found in them.
        Refusals and audits stay. Returns the deleted rows by table.

        In the same transaction `refusals` are kept as done, and `entry` with those counts is a line of the log, where
        anything was there or it has a subject.
        """

    def expire(self, before: datetime) -> dict[str, int]:
        """Delete the events of before a moment, and the conversations of which all was said before it, with all that
        was found in them. Returns the deleted rows by table."""
