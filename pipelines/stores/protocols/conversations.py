"""Conversations, and what was found in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from nlp.conversation import Conversation
from nlp.encoder import Floats
from nlp.signal import Signal, Summary
from pipelines.stores.protocols.records import Filter, Given, Quote


class ConversationStore(Protocol):
    def put(
        self, conversations: Iterable[Conversation], *, given: Mapping[str, Given] | None = None
    ) -> tuple[int, int]:
        """Upsert; returns (added, changed). A conversation equal to the stored one counts in neither.

        One whose texts changed loses its signals, embeddings and summary, and the assignments of the turns that
        changed: it is pending again. Where only its facts changed, what was found in it stays. `given`, by id, is kept
        for `known`.
        """

    def known(self, given: Mapping[str, Given]) -> tuple[set[str], set[str]]:
        """Which of those ids need not be put: (stored from the very same record, stored from a later state of it)."""

    def get(self, id: str) -> Conversation: ...  # raises NotFound

    def page(
        self,
        filter: Filter,
        *,
        after: str = "",
        limit: int = 50,
        sort: str = "-started_at",
        place: tuple[Any, str] | None = None,
    ) -> list[tuple[Conversation, Summary | None]]:
        """By `sort`: started_at, friction or sentiment, "-" before it for the largest first. A page goes on after a
        `place`, (value, id) of the last item of the page before, or, newest first, `after` its id. What waits to be
        annotated has a friction of -1 and a sentiment of 2 here. Raises UnknownName."""

    def pending(
        self, model: str, *, batch: int = 256, anew: bool = True, of: Sequence[str] | None = None
    ) -> Iterator[list[Conversation]]:
        """Batches of conversations not yet annotated by `model` version, in order of id; without `anew`, by none.

        With `of` only among those ids, at most 1,000.
        """

    def waiting(self, model: str) -> int:
        """How many conversations `pending` would yield."""

    def count(self, filter: Filter = Filter()) -> int: ...


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
        self,
        minimum_friction: float,
        *,
        unplaced: bool = False,
        themeless: bool = False,
        of: Sequence[str] | None = None,
        encoder: str = "",
    ) -> tuple[list[str], list[str], Floats, Floats]:
        """All segments of friction >= minimum whose intent is not `none`, in order of segment id:
        (segment ids, redacted texts, embeddings float32 (n, d), friction float32 (n,)).

        `unplaced`: only those that the current discovery has not looked at; `themeless`: only those in no theme; `of`:
        only those of these conversations, at most 1,000; `encoder`: only those that it has embedded. A vector that is
        no number comes back as zeros, which are like nothing.
        """

    def embedded(self, *, but: str = "") -> int:
        """How many segments have an embedding; without those of the encoder `but`, where it is named."""

    def page(
        self,
        filter: Filter = Filter(),
        *,
        friction: float = 0.0,
        sort: str = "-at",
        place: tuple[Any, str] | None = None,
        limit: int = 50,
    ) -> list[Quote]:
        """Segments of the filtered conversations that bear at least that friction, 0..100, by `sort`: at (when they
        were said), friction or sentiment, "-" before it for the largest first; a page goes on after a `place`, (value,
        segment id) of the last item of the page before. Raises UnknownName."""

    def quotes(self, segments: Sequence[str]) -> list[Quote]:
        """Those segments, in the order asked for; unknown ids are left out."""

    def all(self, filter: Filter = Filter()) -> Iterator[Quote]:
        """Every segment of the filtered conversations, by conversation and place, with its theme of the current run."""
