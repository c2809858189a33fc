"""Themes: as found, as people edit them, as they were known, and where they come from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from nlp.encoder import Floats
from nlp.journeys.contact import Mention
from nlp.themes.edits import Edit, Replayed
from nlp.themes.lineage import Fact
from nlp.themes.proposals import Proposal
from nlp.themes.quality import Quality
from nlp.themes.theme import Assignment, Theme
from pipelines.stores.protocols.records import Filter, Quote


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
        quality: Quality | None = None,
    ) -> None:
        """Store a discovery: it becomes the current one; earlier runs' assignments stay for history.

        `points` is float32 (len(assignments), 2): each segment's place on the map. `artefact` serves the themes
        (`nlp/themes/assign.py`); `facts` are its lineage, `quality` is what it says of itself. `themes` and
        `assignments` are as found; `replayed` is what people's edits make of them: what every other method reads, if
        not told otherwise.
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

    def unassigned(self, filter: Filter = Filter()) -> int:
        """Segments of the current run with no theme."""

    def entities(self, filter: Filter = Filter(), *, theme: str = "") -> list[dict[str, Any]]:
        """What the segments of current themes name: keys theme, type (product, company, competitor, place), name,
        segments (that name it). By theme and type, most named first; capitals aside, and without placeholders."""

    def points(self, filter: Filter = Filter(), *, limit: int = 100_000) -> list[dict[str, Any]]:
        """The map: keys segment, x, y, theme, friction, sentiment, stage, channel, at, conversation."""

    def quotes(
        self, theme: str, filter: Filter = Filter(), *, part: int | None = None, limit: int = 20, offset: int = 0
    ) -> list[Quote]:
        """A theme's segments, or those of one of its parts: its chosen quotes first, then by confidence."""

    def mentions(self, filter: Filter = Filter()) -> Iterator[Mention]:
        """Assignments of every run, also those that an edit replaced, by customer, conversation and segment, older
        ones first."""


class ProposalStore(Protocol):
    def put(self, run: str, found: Sequence[Proposal]) -> None:
        """In place of what was proposed in that run."""

    def current(self) -> list[Proposal]:
        """Those of the current run, in the order in which they were put."""


class QualityStore(Protocol):
    """Qualities are put with their discovery, by `ThemeStore.put`."""

    def of(self, run: str) -> Quality | None:
        """None of a discovery that was stored before discoveries told it."""

    def page(self, *, limit: int = 50) -> list[Quality]:
        """Newest first."""


class TellingStore(Protocol):
    """Which conversations tell the current themes, as people are shown them."""

    def pairs(self, filter: Filter = Filter()) -> Iterator[tuple[str, str]]:
        """(conversation, theme), each once, by conversation."""

    def facts(self, filter: Filter = Filter()) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(conversation, metadata), by conversation."""

    def fitted(self) -> set[str]:
        """The segments that the current discovery looked at; those that came later are not among them."""


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

    def last(self, *, saying: bool = True) -> int:
        """The number of the last one, 0 before any; without those that are `saying` something of a theme alone."""


class LineageStore(Protocol):
    """Facts are put with their discovery, by `ThemeStore.put`."""

    def of(self, theme: str) -> list[Fact]:
        """A theme's, and those of others that name it, older runs first; [] of an id that was never given."""

    def all(self) -> Iterator[Fact]:
        """Of all themes, older runs first, by id within a run."""
