"""Conversations, and what was found in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from nlp.conversation import Conversation
from nlp.encoder import Floats
from nlp.signal import Signal, Summary
from pipelines.stores.protocols.records import Filter, Quote


class ConversationStore(Protocol):
    def put(self, conversations: Iterable[Conversation]) -> tuple[int, int]:
        """Upsert; returns (added, changed). A conversation equal to the stored one counts in neither.

        A changed one loses its signals, embeddings, assignments and summary: it is pending again.
        """

    def get(self, id: str) -> Conversation: ...  # raises NotFound

    def page(self, filter: Filter, *, after: str = "", limit: int = 50) -> list[tuple[Conversation, Summary | None]]:
        """Newest first. `after` is the last id of the page before."""

    def pending(self, model: str, *, batch: int = 256, anew: bool = True) -> Iterator[list[Conversation]]:
        """Batches of conversations not yet annotated by `model` version, in order of id; without `anew`, by none."""

    def waiting(self, model: str) -> int:
        """How many conversations `pending` would yield."""

    def count(self, filter: Filter = Filter()) -> int: ...

    def recustomer(self, old_to_new: Mapping[str, str]) -> int:
        """Replace customer pseudonyms (identity resolution found that they are one); returns conversations changed."""


class SignalStore(Protocol):
    def put(
        self,
        model: str,
        annotated: Sequence[str],
        signals: Sequence[Signal],
        embeddings: Floats,
        summaries: Sequence[Summary],
        *,
        encoder: str = "",
    ) -> None:
        """Store all findings of the `annotated` conversations (ids), replacing older ones, in one transaction.

        `embeddings` is float32 (len(signals), d), kept as float16 with the `encoder`'s version (`model` where empty). A
        conversation without a customer segment is annotated with no signal at all.
        """

    def summarise(self, summaries: Iterable[Summary]) -> int:
        """Replace the summaries of annotated conversations; returns how many changed."""

    def of(self, conversation: str) -> list[Signal]: ...

    def summary(self, conversation: str) -> Summary | None: ...

    def bearing(
        self, minimum_friction: float, *, unplaced: bool = False, themeless: bool = False
    ) -> tuple[list[str], list[str], Floats, Floats]:
        """All segments of friction >= minimum whose intent is not `none`, in order of segment id:
        (segment ids, redacted texts, embeddings float32 (n, d), friction float32 (n,)).

        `unplaced`: only those that the current discovery has not looked at; `themeless`: only those in no theme.
        """

    def embedded(self) -> int:
        """How many segments have an embedding."""

    def quotes(self, segments: Sequence[str]) -> list[Quote]:
        """Those segments, in the order asked for; unknown ids are left out."""

    def all(self, filter: Filter = Filter()) -> Iterator[Quote]:
        """Every segment of the filtered conversations, by conversation and place, with its theme of the current run."""
