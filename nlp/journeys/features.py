"""Features: a customer's past in figures, as it was known at a moment; docs/journeys.md defines each one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from nlp.customer import Event
from nlp.journeys.contact import Contact, Mention
from nlp.journeys.visits import Visit, merged, seen
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy

Value = int | float | str | None
DAY = timedelta(days=1)
RECENT, QUARTER = 30 * DAY, 90 * DAY
LEAVING = 0.5
"""From this probability on, a conversation counts as a sign of leaving."""


def features(
    contacts: Iterable[Contact],
    events: Iterable[Event],
    mentions: Iterable[Mention],
    *,
    at: datetime,
    taxonomy: Taxonomy,
) -> dict[str, Value]:
    """One customer's features as of `at`; what is dated at or after it is not looked at.

    `contacts` must be summarised from what was said before `at` (see pipelines/journeys.py). None: not defined,
    for want of a past.
    """
    past = sorted((c for c in contacts if c.at < at), key=lambda c: (c.at, c.id))
    done = sorted((e for e in events if e.at < at), key=lambda e: (e.at, e.id))
    quarter = [c for c in past if c.at >= at - QUARTER]
    return (
        _contact(past, quarter, at)
        | _feeling(past, quarter)
        | _themes(_known(mentions, at), quarter, at)
        | _place(past, done, at, taxonomy)
    )


def stays(contacts: Iterable[Contact], events: Iterable[Event], taxonomy: Taxonomy) -> list[Visit]:
    """One customer's merged visits: conversations at their stage, events at the stage that they lead into."""
    spoke = [seen(c.summary.stage, c.at) for c in contacts]
    did = [seen(taxonomy.events.get(e.name, UNKNOWN_STAGE), e.at) for e in events]
    return merged(spoke + did, order=taxonomy.stage_names)


def _contact(past: Sequence[Contact], quarter: Sequence[Contact], at: datetime) -> dict[str, Value]:
    return {
        "conversations": len(past),
        "conversations_30d": sum(c.at >= at - RECENT for c in quarter),
        "conversations_90d": len(quarter),
        "channels_90d": len({c.channel for c in quarter}),
        "days_since_contact": _days(past[-1].at, at) if past else None,
    }


def _feeling(past: Sequence[Contact], quarter: Sequence[Contact]) -> dict[str, Value]:
    said = [c.summary for c in quarter]
    return {
        "friction_mean_90d": _mean([s.friction for s in said]),
        "friction_last": past[-1].summary.friction if past else None,
        "sentiment_mean_90d": _mean([s.sentiment for s in said]),
        "sentiment_last": past[-1].summary.sentiment if past else None,
        "sentiment_trend_90d": _trend([s.sentiment for s in said]),
        "effort_mean_90d": _mean([s.effort for s in said]),
        "leaving_90d": sum(s.leaving >= LEAVING for s in said),
    }


def _themes(themes: Mapping[str, set[str]], quarter: Sequence[Contact], at: datetime) -> dict[str, Value]:
    """`themes`: conversation -> its themes."""
    recent = {theme for c in quarter if c.at >= at - RECENT for theme in themes.get(c.id, ())}
    times = Counter(theme for c in quarter for theme in themes.get(c.id, ()))
    return {"open_themes": len(recent), "theme_repeats_90d": max(times.values(), default=0)}


def _known(mentions: Iterable[Mention], at: datetime) -> dict[str, set[str]]:
    """The themes of each conversation: the last assignment of each segment that was known before `at`."""
    last: dict[str, Mention] = {}
    for mention in mentions:
        segment, when = mention.assignment.segment, mention.assignment.assigned_at
        known = last.get(segment)
        if mention.said_at < at and when < at and (known is None or when >= known.assignment.assigned_at):
            last[segment] = mention
    themes: dict[str, set[str]] = {}
    for mention in last.values():
        if mention.assignment.theme:
            themes.setdefault(mention.conversation, set()).add(mention.assignment.theme)
    return themes


def _place(past: Sequence[Contact], done: Sequence[Event], at: datetime, taxonomy: Taxonomy) -> dict[str, Value]:
    path = stays(past, done, taxonomy)
    return {
        "events_90d": sum(e.at >= at - QUARTER for e in done),
        "days_since_event": _days(done[-1].at, at) if done else None,
        "stage": path[-1].stage if path else UNKNOWN_STAGE,
        "days_in_stage": _days(path[-1].since, at) if path else None,
        "stages": len({stay.stage for stay in path}),
    }


def _days(since: datetime, at: datetime) -> float:
    return (at - since) / DAY


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _trend(values: Sequence[float]) -> float | None:
    """Mean of the later half less mean of the earlier one; the middle of an odd number is left out."""
    half = len(values) // 2
    return sum(values[-half:]) / half - sum(values[:half]) / half if half else None
