"""Figures of a store that are summed up beforehand."""

from datetime import date
from typing import Any, Protocol

from pipelines.stores.protocols.records import Filter


class RollupStore(Protocol):
    """Sums of the current discovery over whatever conversations a filter chooses. What tells again counts with the
    first telling, by itself only in a theme that the first does not tell. A discovery, an edit and a forgetting bring
    the sums up to date in the transaction that stores them, `refresh` does so after all else; every other method reads
    them as they are."""

    def refresh(self) -> int:
        """Sum up anew the days on which anything changed, all of them after a discovery; returns the revision of the
        sums, which grows where anything did."""

    def totals(self, filter: Filter = Filter()) -> dict[str, Any]:
        """Keys conversations, customers, segments, friction and sentiment (means over conversations, None without any),
        leaving, unsupported, annotated, duplicates (what tells again), first and last (days, None without any),
        channels {name: conversations}, placed and unassigned (segments of the current run that are in a theme, and in
        none)."""

    def daily(self, filter: Filter = Filter()) -> list[dict[str, Any]]:
        """By theme and day: keys theme ("" for whole conversations), day, conversations, segments, and scored, of which
        friction and sentiment are sums."""

    def themes(self, filter: Filter = Filter()) -> dict[str, dict[str, Any]]:
        """By id of each theme that is told: segments, conversations, customers, leaving, friction and sentiment (means
        over segments), pain, first_seen and last_seen (days), stages and channels {name: {conversations, friction}}."""

    def stages(self, filter: Filter = Filter()) -> list[dict[str, Any]]:
        """Of annotated conversations, most first: stage, conversations, customers, friction and sentiment (means over
        conversations, None where no language is known)."""

    def intents(self, filter: Filter = Filter()) -> list[dict[str, Any]]:
        """The same by intent: intent, conversations, customers, friction and sentiment."""

    def count(self, filter: Filter = Filter()) -> int:
        """The conversations, those that tell again among them."""

    def last(self) -> date | None:
        """The last day with a conversation; None of an empty store."""

    def reach(self, segments: int) -> date | None:
        """The day from which on there are so many segments, at most; None where there are no more in all."""

    def first_seen(self) -> dict[str, date]:
        """The first day of each theme, by id."""

    def options(self) -> dict[str, list[tuple[str, int]]]:
        """What conversations may be chosen by: language, segment ("plan=yearly"), product, company -> values, each with
        its conversations, most first."""
