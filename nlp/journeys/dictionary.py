"""The dictionary of features: each one's name, unit, range and definition; docs/features.md is made of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from nlp.conversation import Channel

WINDOWS = (1, 7, 30, 90)
"""Days of 24 hours, ending at the moment asked for."""
LEAVING = 0.5
"""From this probability on, a conversation counts as a sign of leaving."""
OPEN = -1 / 3
"""A conversation that ends with a sentiment below this one leaves its problem open."""


@dataclass(frozen=True, slots=True)
class Feature:
    """`kind`: int, float or str. A float is None where the past does not define it, a str where there is none."""

    name: str
    kind: type
    unit: str
    definition: str


def _recency() -> Iterator[Feature]:
    yield Feature("days_known", float, "days, 0..", "since the first conversation or event")
    yield Feature("conversations", int, "count, 0..", "conversations so far")
    for days in WINDOWS:
        yield Feature(f"conversations_{days}d", int, "count, 0..", f"conversations started in the last {_last(days)}")
    yield Feature("days_since_contact", float, "days, 0..", "since the last conversation started")
    yield Feature(
        "days_between_contacts",
        float,
        "days, 0..",
        "mean time from one start of a conversation to the next; two needed",
    )
    yield Feature("channel_last", str, "name", "channel of the last conversation")
    yield Feature("channels_90d", int, "count, 0..", "different channels of the conversations of the last 90 days")
    yield Feature(
        "handovers_90d",
        int,
        "count, 0..",
        "conversations of the last 90 days that went from a bot to an agent, or from an agent to another",
    )
    for channel in Channel:
        yield Feature(
            f"channel_{channel}_90d", float, "0..1", f"share of {channel} in the conversations of the last 90 days"
        )


def _feeling() -> Iterator[Feature]:
    yield Feature("sentiment_last", float, "-1..+1", "sentiment of the last conversation, however long ago")
    for days in WINDOWS:
        of = f"conversations of the last {_last(days)}"
        yield Feature(f"sentiment_mean_{days}d", float, "-1..+1", f"mean sentiment of the {of}")
        yield Feature(f"sentiment_worst_{days}d", float, "-1..+1", f"lowest sentiment of the {of}")
        yield Feature(
            f"sentiment_trend_{days}d",
            float,
            "-2..+2",
            f"mean sentiment of the later half of the {of} less that of the earlier half; the middle of an odd number"
            " is left out; two needed",
        )
    yield Feature("friction_last", float, "0..100", "friction of the last conversation, however long ago")
    for days in WINDOWS:
        of = f"conversations of the last {_last(days)}"
        yield Feature(f"friction_mean_{days}d", float, "0..100", f"mean friction of the {of}")
        yield Feature(f"friction_load_{days}d", float, "0..", f"sum of the friction / 100 of the {of}")
        yield Feature(f"effort_mean_{days}d", float, "0..1", f"mean probability of effort of the {of}")
        yield Feature(f"leaving_{days}d", int, "count, 0..", f"{of} that more likely than not tell of leaving")


def _topics() -> Iterator[Feature]:
    yield Feature("intent_last", str, "name", "intent of the last conversation")
    yield Feature("intent_top_90d", str, "name", "most frequent intent of the last 90 days; of equals the latest")
    yield Feature("intents_90d", int, "count, 0..", "different intents of the last 90 days")
    yield Feature("intent_repeats_90d", int, "count, 0..", "conversations of the last 90 days with `intent_top_90d`")
    yield Feature(
        "open_problems",
        int,
        "count, 0..",
        "conversations of the last 30 days that asked for something and ended with a negative sentiment (under -1/3)",
    )
    yield Feature(
        "open_themes",
        int,
        "count, 0..",
        "different themes raised in the last 30 days; nothing says that one is solved: it is taken for open that long",
    )
    yield Feature("themes_90d", int, "count, 0..", "different themes raised in the last 90 days")
    yield Feature(
        "theme_top_90d", str, "id", "theme of the most conversations of the last 90 days; of equals the latest"
    )
    yield Feature("theme_repeats_90d", int, "count, 0..", "conversations of the last 90 days about `theme_top_90d`")


def _events() -> Iterator[Feature]:
    yield Feature("events", int, "count, 0..", "events so far")
    for days in WINDOWS:
        yield Feature(f"events_{days}d", int, "count, 0..", f"events in the last {_last(days)}")
    yield Feature("days_since_event", float, "days, 0..", "since the last event")
    yield Feature("event_last", str, "name", "name of the last event, known to the taxonomy or not")
    yield Feature("value", float, "sum", "values of all events that earn money (`buys` in the taxonomy)")
    yield Feature("value_90d", float, "sum", "values of those of the last 90 days")


def _place() -> Iterator[Feature]:
    yield Feature("stage", str, "name", "current stage, `unknown` where nothing shows one")
    yield Feature("stage_before", str, "name", "stage of the stay before the current one")
    yield Feature("days_in_stage", float, "days, 0..", "since the first sighting of the current stay")
    yield Feature("stages", int, "count, 0..", "different stages seen so far")
    yield Feature("stage_moves", int, "count, 0..", "moves from one stay to the next so far")


def _last(days: int) -> str:
    return "24 hours" if days == 1 else f"{days} days"


FEATURES: tuple[Feature, ...] = (*_recency(), *_feeling(), *_topics(), *_events(), *_place())


HEAD = """# Features

A customer's past in figures, as of a moment. What is dated at or after it does not count, and windows of days end at
it. None means that the past does not define it. How features are kept, read and served:
[journeys.md](journeys.md#features). This page is written by `frictionary features describe --format markdown`.
"""
KINDS = {int: "integer", float: "number or none", str: "text or none"}


def page() -> str:
    """docs/features.md."""
    rows = [f"| `{f.name}` | {KINDS[f.kind]} | {f.unit} | {f.definition} |" for f in FEATURES]
    return "\n".join([HEAD, "| feature | type | unit, range | definition |", "|---|---|---|---|", *rows]) + "\n"
