"""What a store must do: one small Protocol a noun, gathered in `Store`.

Every write is an upsert on a stable id inside one transaction: running it twice leaves the same store.
Times are aware UTC in and out. Iterators stream; pages are lists.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nlp.conversation import Conversation, Segment
from nlp.customer import Customer, Event
from nlp.journeys.contact import Contact, Mention
from nlp.signal import Signal, Summary
from nlp.themes.edits import Edit, Replayed
from nlp.themes.lineage import Fact
from nlp.themes.proposals import Proposal
from nlp.themes.theme import Assignment, Theme

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations to speak of; an empty field does not filter. `until` is exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    channel: str = ""
    stage: str = ""
    theme: str = ""
    intent: str = ""
    customer: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the pipeline: what came in, what came out, how long each step took, with which versions."""

    id: str
    started_at: datetime
    finished_at: datetime | None = None
    status: str = "running"  # running, done, failed
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quote:
    """A segment as a person reads it: its redacted text, where it comes from, and what was found."""

    segment: Segment
    text: str
    channel: str
    at: datetime
    customer: str
    signal: Signal
    theme: str | None


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


class ThemeStore(Protocol):
    def put(
        self,
        run: str,
        themes: Sequence[Theme],
        assignments: Sequence[Assignment],
        points: Floats,
        artefact: bytes | None = None,
        *,
        facts: Sequence[Fact] = (),
        replayed: Replayed | None = None,
    ) -> None:
        """Store a discovery: it becomes the current one; earlier runs' assignments stay for history.

        `points` is float32 (len(assignments), 2): each segment's place on the map. `artefact` serves the themes
        (`nlp/themes/assign.py`); `facts` are its lineage. `themes` and `assignments` are as found; `replayed` is what
        people's edits make of them: what every other method reads, if not told otherwise.
        """

    def themeless(self) -> dict[str, bool]:
        """The current run's segments that neither a discovery nor people put into a theme; True for those that came
        since the discovery."""

    def show(self, run: str, replayed: Replayed, at: datetime) -> int:
        """Bring a stored discovery to what the edits say now; returns how many segments changed their theme, at `at`.
        Where they were before stays known."""

    def found(self) -> list[Theme]:
        """The current run's themes as they were found, without edits, largest first."""

    def placed(self, segments: Iterable[str]) -> dict[str, str | None]:
        """The found theme of each of those segments that the current run has placed."""

    def artefact(self, run: str = "") -> bytes | None:
        """A run's, the current one's where none is named; None before any."""

    def members(self, *, found: bool = False) -> dict[str, str | None]:
        """Segment id to theme id, None for no theme, in the current run: as shown, or as `found`, before edits."""

    def names(self) -> dict[str, str]:
        """Every theme id that any run has given, with the newest name: as shown, or as found where never shown."""

    def assign(self, assignments: Sequence[Assignment], replayed: Replayed | None = None) -> None:
        """Add assignments of new segments, to found themes, to the current run."""

    def current(self) -> list[Theme]:
        """The themes of the current run, hidden ones among them, largest first; [] before any."""

    def current_run(self) -> str | None: ...

    def get(self, id: str) -> Theme: ...  # raises NotFound

    def ranked(self, filter: Filter = Filter(), *, hidden: bool = False) -> list[dict[str, Any]]:
        """Current themes, `hidden` ones only on request, with their figures: pinned ones first, then by total friction,
        largest first. Keys: id, name, description, terms, owner, pinned, hidden, segments, conversations, customers,
        friction (mean 0..100), pain (sum of friction / 100), sentiment (mean -1..+1), leaving (conversations with
        leaving >= 0.5), first_seen, last_seen, stage (most frequent), channels {name: segments}."""

    def unassigned(self, filter: Filter = Filter()) -> int:
        """Segments of the current run with no theme."""

    def trend(self, filter: Filter = Filter(), *, theme: str = "") -> list[dict[str, Any]]:
        """Per ISO week (its Monday): keys week (date), theme, segments, conversations, friction. Oldest first."""

    def by_stage(self, filter: Filter = Filter()) -> list[dict[str, Any]]:
        """Keys theme, stage (the conversation's), conversations, friction."""

    def entities(self, filter: Filter = Filter(), *, theme: str = "") -> list[dict[str, Any]]:
        """What the segments of current themes name: keys theme, type (product, company, competitor, place), name,
        segments (that name it). By theme and type, most named first; capitals aside, and without placeholders."""

    def points(self, *, limit: int = 100_000) -> list[dict[str, Any]]:
        """The map: keys segment, x, y, theme, friction, sentiment, stage, channel, at, conversation."""

    def quotes(self, theme: str, *, limit: int = 20, offset: int = 0) -> list[Quote]:
        """A theme's segments: its chosen quotes first, then by confidence."""

    def mentions(self, filter: Filter = Filter()) -> Iterator[Mention]:
        """Assignments of every run, also those that an edit replaced, by customer, conversation and segment, older
        ones first."""


class ProposalStore(Protocol):
    def put(self, run: str, found: Sequence[Proposal]) -> None:
        """In place of what was proposed in that run."""

    def current(self) -> list[Proposal]:
        """Those of the current run, in the order in which they were put."""


class PastStore(Protocol):
    """What was known before a moment. A discovery is known from its first assignment on."""

    def run(self, before: datetime) -> str | None:
        """The discovery that was current; None before any."""

    def themes(self, run: str) -> list[Theme]:
        """As that run found them, by id."""

    def placed(self, run: str, segments: Iterable[str]) -> dict[str, str | None]:
        """The found theme of each of those segments that the run has placed."""

    def members(self, run: str, before: datetime) -> dict[str, str | None]:
        """Segment id to theme id, None for no theme, as shown at that moment."""


class EditStore(Protocol):
    def add(self, edit: Edit) -> Edit:
        """Add a line to the log; returns it with its number, the next one, whatever it had, and a split with the id of
        its theme: "s" and the number, which no other theme ever gets."""

    def all(self) -> list[Edit]:
        """In order of their numbers."""

    def last(self) -> int:
        """The number of the last one, 0 before any."""


class LineageStore(Protocol):
    """Facts are put with their discovery, by `ThemeStore.put`."""

    def of(self, theme: str) -> list[Fact]:
        """A theme's, and those of others that name it, older runs first; [] of an id that was never given."""

    def all(self) -> Iterator[Fact]:
        """Of all themes, older runs first, by id within a run."""


class CustomerStore(Protocol):
    def put(self, customers: Iterable[Customer]) -> int: ...

    def get(self, id: str) -> Customer: ...  # raises NotFound only if neither a row nor a conversation has the id

    def all(self) -> Iterator[Customer]:
        """Those that have a row, in order of id."""

    def link(self, pairs: Iterable[tuple[str, str]]) -> int:
        """Keep that identifier pseudonym -> customer pseudonym; returns how many were new or changed."""

    def links(self) -> dict[str, str]: ...

    def page(self, *, after: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """By conversations, most first, then id. Keys id, conversations, channels, first_seen, last_seen, friction
        (mean), sentiment (mean), stage (last), attributes."""

    def visits(self, filter: Filter = Filter()) -> Iterator[tuple[str, datetime, str, str, float, float]]:
        """Annotated conversations by customer and time: (customer, started_at, id, stage, friction, sentiment)."""

    def contacts(self, filter: Filter = Filter()) -> Iterator[Contact]:
        """Annotated conversations by customer and time, with their summaries and without their texts."""


class EventStore(Protocol):
    def put(self, events: Iterable[Event]) -> int: ...

    def of(self, customer: str, *, until: datetime | None = None) -> list[Event]: ...

    def all(self) -> Iterator[Event]:
        """By customer and time."""


class RunStore(Protocol):
    def put(self, run: Run) -> None: ...

    def page(self, *, limit: int = 50) -> list[Run]:
        """Newest first."""


class Store(Protocol):
    """All nouns of one database. A context manager: leaving it closes the connections."""

    url: str
    conversations: ConversationStore
    signals: SignalStore
    themes: ThemeStore
    lineage: LineageStore
    edits: EditStore
    past: PastStore
    proposals: ProposalStore
    customers: CustomerStore
    events: EventStore
    runs: RunStore

    def overview(self, filter: Filter = Filter()) -> dict[str, Any]:
        """Keys conversations, annotated, segments, customers, friction (mean of summaries), sentiment (mean), leaving
        (count >= 0.5), themes, unassigned, first, last (datetimes or None), channels {name: conversations},
        stages [{stage, conversations, customers, friction, sentiment}],
        intents [{intent, conversations, friction, sentiment}], weekly [{week, conversations, friction, sentiment}]."""

    def close(self) -> None: ...

    def __enter__(self) -> "Store": ...

    def __exit__(self, *exc: object) -> None: ...
