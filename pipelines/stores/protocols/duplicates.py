"""What was told more than once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from nlp.conversation import Conversation
from nlp.duplicates.fingerprint import Fingerprint, Signature
from nlp.duplicates.links import Link, Told
from nlp.encoder import Floats
from nlp.identity.claim import Decision


class DuplicateStore(Protocol):
    """Decisions are only ever added; links follow from the store, and from both who tells again."""

    def unread(self, *, batch: int = 500) -> Iterator[list[Conversation]]:
        """Conversations without a fingerprint of what they now say, in order of id."""

    def keep(self, prints: Mapping[str, Fingerprint]) -> None:
        """Fingerprints by conversation."""

    def told(self) -> Iterator[Told]:
        """Every conversation with a fingerprint and a known customer, by customer, time and id."""

    def passed_on(self) -> list[Told]:
        """Those that begin with the same words as a repost, by id."""

    def long(self, words: int) -> tuple[list[str], list[str], Signature]:
        """Of those with so many words at least, by time and id: (ids, customers, signatures uint32 (n, size))."""

    def vectors(self, conversations: Iterable[str]) -> dict[str, Floats]:
        """The mean of their segments' embeddings, weighted by characters, float32 (d,) of length 1; where there are any
        of one encoder."""

    def begun(self, conversations: Iterable[str]) -> dict[str, datetime]:
        """When each of them that is stored started."""

    def links(self, conversation: str = "") -> list[Link]:
        """By later conversation; of one alone where it is named."""

    def settle(self, links: Iterable[Link], originals: Mapping[str, str]) -> int:
        """Replace the links, and who tells again what another has told; returns how many conversations changed."""

    def originals(self) -> dict[str, str]: ...

    def page(self, *, kind: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """Groups, the largest first, or with `kind` template those of different customers: keys original, at, channel,
        conversations (ids in order of time)."""

    def decide(self, decision: Decision) -> Decision:
        """Add a line to the log; returns it with its number, the next one, whatever it had."""

    def decisions(self) -> Sequence[Decision]:
        """In order of their numbers."""
