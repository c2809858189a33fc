"""Keys, refusals, and what looks at every cell of a store."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

Progress = Callable[[str, int, int | None], None]


class PrivacyStore(Protocol):
    def keys(self) -> list[str]:
        """Fingerprints of the keys that the pseudonyms are under, oldest first; none where nothing was kept yet."""

    def put_keys(self, fingerprints: Sequence[str], at: datetime) -> None: ...

    def refusals(self, *, among: Collection[str] | None = None) -> dict[str, str]:
        """Identifier (a pseudonym) -> why nothing under it is kept: consent, opt-out, forget. All, or those `among`."""

    def refuse(self, identifiers: Iterable[str], *, why: str, at: datetime) -> int:
        """Returns how many were new. A reason that is there already stays."""

    def allow(self, identifiers: Iterable[str], *, why: str) -> int:
        """Take back what was refused for that reason; returns how many."""


class SweepStore(Protocol):
    def cells(self, progress: Progress = lambda step, done, total: None) -> Iterator[tuple[str, Any]]:
        """("table.column", value) of every text, JSON value and binary of every table that is not empty."""

    def rename(
        self, name: Callable[[str], str], fingerprints: Sequence[str], *, at: datetime, progress: Progress
    ) -> dict[str, int]:
        """Put every pseudonym and hashed placeholder through `name` in one transaction, which also keeps under which
        keys they then are. Returns the changed rows by table."""

    def forget(self, identifiers: Collection[str], *, conversations: Collection[str] = ()) -> dict[str, int]:
        """Delete all rows of these pseudonyms, and their and these conversations with all that was found in them.
        Refusals and audits stay. Returns the deleted rows by table."""

    def expire(self, before: datetime) -> dict[str, int]:
        """Delete the events of before a moment, and the conversations of which all was said before it, with all that
        was found in them. Returns the deleted rows by table."""
