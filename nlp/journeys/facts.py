"""Facts: what one customer said and did, as figures are made of it: without texts, in order of time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from nlp.customer import Event, in_order
from nlp.journeys.contact import Contact, Mention

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Said(NamedTuple):
    """A conversation. `at`: microseconds since 1970 (UTC); `ending`: sentiment at its end; `themes`: ids,
    each once; `handed`: from a bot or an agent to another agent."""

    at: int
    channel: str
    intent: str
    stage: str
    friction: float
    sentiment: float
    ending: float
    effort: float
    leaving: float
    themes: tuple[str, ...]
    handed: bool = False


class Done(NamedTuple):
    """An event; `at` as of `Said`."""

    at: int
    name: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """One customer's, oldest first. `since`: of any moment after it, what was said before it and in which themes is
    told here; of an earlier one, turns and assignments of later days would show (microseconds)."""

    said: tuple[Said, ...] = ()
    done: tuple[Done, ...] = ()
    since: int = 0

    def plain(self) -> list[Any]:
        """As JSON keeps it; `of_plain` reads it."""
        return [self.since, self.said, self.done]

    @classmethod
    def of_plain(cls, kept: Sequence[Any]) -> "Facts":
        since, said, done = kept
        spoke = (Said._make([*row[:-2], tuple(row[-2]), row[-1]]) for row in said)
        return cls(tuple(spoke), tuple(map(Done._make, done)), since)


def ticks(at: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (at - EPOCH) // MICROSECOND


def facts(
    contacts: Iterable[Contact], events: Iterable[Event], mentions: Iterable[Mention], *, at: datetime | None = None
) -> Facts:
    """One customer's facts before `at`; with None all of them, also those dated in the future.

    Events of one name, moment and value are one, whatever their ids: they reach us under several identifiers.
    """
    spoke = sorted((c for c in contacts if at is None or c.at < at), key=lambda c: (c.at, c.id))
    did = sorted((e for e in events if at is None or e.at < at), key=in_order)
    known = [m for m in mentions if at is None or (m.said_at < at and m.assignment.assigned_at < at)]
    themes = _themes(known)
    moments = [c.last_at for c in spoke] + [max(m.said_at, m.assignment.assigned_at) for m in known]
    return Facts(
        tuple(_said(c, themes.get(c.id, ())) for c in spoke),
        tuple(dict.fromkeys(Done(ticks(e.at), e.name, e.value) for e in did)),
        max(map(ticks, moments), default=0),
    )


def _said(c: Contact, themes: Iterable[str]) -> Said:
    s = c.summary
    feeling, why = (s.friction, s.sentiment, s.sentiment_end), (s.effort, s.leaving)
    return Said._make([ticks(c.at), c.channel, s.intent, s.stage, *map(float, feeling + why), tuple(themes), c.handed])


def _themes(known: Sequence[Mention]) -> dict[str, dict[str, None]]:
    """The themes of each conversation: those of the last assignment of each segment."""
    last: dict[str, Mention] = {}
    for mention in known:
        before = last.get(mention.assignment.segment)
        if before is None or mention.assignment.assigned_at >= before.assignment.assigned_at:
            last[mention.assignment.segment] = mention
    themes: dict[str, dict[str, None]] = {}
    for mention in last.values():
        if mention.assignment.theme:
            themes.setdefault(mention.conversation, {})[mention.assignment.theme] = None
    return themes
