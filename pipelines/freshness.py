"""What need not be taken in: what a source changed before a moment, and up to when each source has been read."""

from datetime import UTC, datetime
from typing import Literal

from nlp.conversation import Conversation
from pipelines import sources
from pipelines.stores.protocols import Store

LAST: Literal["last"] = "last"
Since = datetime | Literal["last"] | None
"""A moment, or for each source up to when the last run has read it."""


class Freshness:
    """One run's: since when it reads a source, and up to when it has.

    The marks of a source rise with `keep`, and not beyond the run's start: a clock that is ahead must not hide what
    comes next. A source with a file that was not read to its end keeps its mark.
    """

    def __init__(self, store: Store, since: Since) -> None:
        self._store, self._since, self._started = store, since, datetime.now(UTC)
        self._marks = store.marks.all() if since == LAST else {}
        self._here: dict[str, datetime] = {}
        self._seen: dict[str, datetime] = {}
        self._held: set[str] = set()

    def old(self, talk: Conversation) -> bool:
        """Whether it last changed before the moment; what changed at the very moment is read again."""
        changed = sources.changed(talk)
        self._here[talk.source] = max(changed, self._here.get(talk.source, changed))
        floor = self._since if isinstance(self._since, datetime) else self._marks.get(talk.source)
        return floor is not None and changed < floor

    def close(self, *, whole: bool, source: str) -> None:
        """A file is at its end; `source` is what it would have brought where nothing of it could be read."""
        if not whole:
            self._held |= self._here.keys() | {source}
        for name, at in self._here.items():
            self._seen[name] = max(at, self._seen.get(name, at))
        self._here = {}

    def keep(self, run: str) -> None:
        seen = {name: min(at, self._started) for name, at in self._seen.items() if name not in self._held}
        self._store.marks.raise_to(seen, run=run)
