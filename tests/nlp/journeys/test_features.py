"""Features describe the past of a moment, and never look at its future."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.customer import Event
from nlp.journeys.contact import Contact, Mention
from nlp.journeys.dictionary import FEATURES
from nlp.journeys.facts import Facts, facts, ticks
from nlp.journeys.features import Value, features, row, table
from nlp.journeys.visits import merged, seen
from nlp.signal import Summary
from nlp.taxonomy import Stage, Taxonomy
from nlp.themes.theme import Assignment

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LEADS = {"ordered": "onboarding", "installed": "use", "cancelled": "exit"}
STEPS = tuple(Stage(name, n, "") for n, name in enumerate(LEADS.values(), start=1))
TAXONOMY = Taxonomy("t", 1, (), STEPS, LEADS, frozenset({"ordered"}))
STAGES = st.sampled_from(["consideration", "onboarding", "use", "exit", "unknown"])
TIMES = st.integers(0, 300).map(lambda n: START + n * DAY)


def contact(
    n: int, at: datetime, *, stage: str = "use", friction: float = 0.0, sentiment: float = 0.0, ending: float = 0.0
) -> Contact:
    said = Summary(f"s:{n}", "delivery", 0.9, False, sentiment, 0, ending, 0, friction, 0.5, 0.5, stage, 0.5, "", "en")
    return Contact(f"s:{n}", "s", "call" if n % 2 else "ticket", "ann", at, at, said)


def known(spoke: Sequence[Contact], did: Sequence[Event], raised: Sequence[Mention], at: datetime) -> dict[str, Value]:
    return features(facts(spoke, did, raised, at=at), at=at, taxonomy=TAXONOMY)


def mention(n: int, theme: str | None, said: datetime, known: datetime, run: str = "r1") -> Mention:
    return Mention("ann", f"s:{n}", said, Assignment(f"s:{n}#0:0", run, theme, 0.9, known))


contacts = st.lists(
    st.builds(
        lambda n, at, stage, friction, sentiment: contact(n, at, stage=stage, friction=friction, sentiment=sentiment),
        st.integers(0, 9),
        TIMES,
        STAGES,
        st.floats(0, 100),
        st.floats(-1, 1),
    ),
    max_size=8,
)
events = st.lists(
    st.builds(
        lambda n, name, at: Event(f"e:{n}", "ann", name, at),
        st.integers(0, 99),
        st.sampled_from([*LEADS, "waved"]),
        TIMES,
    ),
    max_size=8,
)
mentions = st.lists(
    st.builds(mention, st.integers(0, 9), st.sampled_from(["t1", "t2", None]), TIMES, TIMES),
    max_size=8,
)


@given(contacts, events, mentions, TIMES, contacts, events, mentions)
def test_nothing_dated_at_or_after_a_moment_changes_the_features_as_of_it(
    spoke: list[Contact],
    did: list[Event],
    raised: list[Mention],
    at: datetime,
    later: list[Contact],
    later_events: list[Event],
    later_mentions: list[Mention],
) -> None:
    before = known(spoke, did, raised, at)
    more = [c for c in later if c.at >= at]
    done = [e for e in later_events if e.at >= at]
    raising = [m for m in later_mentions if m.said_at >= at or m.assignment.assigned_at >= at]
    assert known(more + spoke, done + did, raising + raised, at) == before


pasts = st.builds(facts, contacts, events, mentions)


@given(st.lists(st.tuples(pasts, TIMES), max_size=6))
def test_a_batch_tells_of_each_customer_what_is_told_of_them_alone(asked: list[tuple[Facts, datetime]]) -> None:
    moments = np.array([ticks(at) for _, at in asked], np.int64)
    found = table([past for past, _ in asked], moments, TAXONOMY)
    assert [row(found, n) for n in range(len(asked))] == [
        features(past, at=at, taxonomy=TAXONOMY) for past, at in asked
    ]


@given(contacts, events, TIMES)
def test_where_a_customer_stands_is_the_end_of_their_merged_visits(
    spoke: list[Contact], did: list[Event], at: datetime
) -> None:
    past = [*sorted(spoke, key=lambda c: (c.at, c.id)), *sorted(did, key=lambda e: (e.at, e.id))]
    visits = [
        seen(i.summary.stage if isinstance(i, Contact) else LEADS.get(i.name, "unknown"), i.at)
        for i in past
        if i.at < at
    ]
    path, found = merged(visits, order=TAXONOMY.stage_names), known(spoke, did, [], at)
    assert (found["stage"], found["stages"]) == (path[-1].stage if path else "unknown", len({v.stage for v in path}))
    assert found["stage_before"] == (path[-2].stage if len(path) > 1 else None)
    assert found["stage_moves"] == max(0, len(path) - 1)
    assert found["days_in_stage"] == ((at - path[-1].since) / DAY if path else None)


@given(pasts)
def test_facts_come_back_from_json_as_they_were(past: Facts) -> None:
    assert Facts.of_plain(json.loads(json.dumps(past.plain()))) == past


@given(contacts, events, mentions, TIMES)
def test_features_keep_to_their_ranges(
    spoke: list[Contact], did: list[Event], raised: list[Mention], at: datetime
) -> None:
    found = known(spoke, did, raised, at)
    assert list(found) == [f.name for f in FEATURES]
    for feature in FEATURES:
        value = found[feature.name]
        assert isinstance(value, feature.kind) or (value is None and feature.kind is not int)
        if isinstance(value, int | float):
            low, _, high = feature.unit.rpartition(" ")[2].partition("..")
            assert feature.unit == "sum" or float(low) - 1e-9 <= value <= float(high or "inf") + 1e-9


def test_features_of_a_small_past_are_what_one_counts_by_hand() -> None:
    at = START + 100 * DAY
    spoke = [
        contact(1, START, stage="onboarding", friction=90, sentiment=-1),
        contact(2, START + 20 * DAY, friction=40, sentiment=-0.5),
        contact(3, START + 80 * DAY, friction=20, sentiment=0.5, ending=-0.5),
        contact(4, at, stage="exit", friction=100, sentiment=-1),
    ]
    did = [Event("e:1", "ann", "ordered", START - DAY, 7.0), Event("e:2", "ann", "installed", START + 15 * DAY, 4.0)]
    raised = [
        mention(2, "t1", START + 20 * DAY, START + 30 * DAY),
        mention(3, "t2", START + 80 * DAY, START + 81 * DAY),
        mention(3, "t1", START + 80 * DAY, START + 90 * DAY, "r2"),
        mention(3, "t3", START + 80 * DAY, at, "r3"),
    ]
    found = known(spoke, did, raised, at)
    expected = {
        "days_known": 101.0,
        "conversations": 3,
        "conversations_7d": 0,
        "conversations_30d": 1,
        "conversations_90d": 2,
        "days_since_contact": 20.0,
        "days_between_contacts": 40.0,
        "channel_last": "call",
        "channels_90d": 2,
        "channel_call_90d": 0.5,
        "channel_chat_90d": 0.0,
        "sentiment_last": 0.5,
        "sentiment_mean_7d": None,
        "sentiment_mean_90d": 0.0,
        "sentiment_worst_30d": 0.5,
        "sentiment_worst_90d": -0.5,
        "sentiment_trend_30d": None,
        "sentiment_trend_90d": 1.0,
        "friction_last": 20.0,
        "friction_mean_90d": 30.0,
        "friction_load_30d": 0.2,
        "friction_load_90d": 0.6,
        "effort_mean_90d": 0.5,
        "leaving_90d": 2,
        "intent_last": "delivery",
        "intent_top_90d": "delivery",
        "intents_90d": 1,
        "intent_repeats_90d": 2,
        "open_problems": 1,
        "open_themes": 1,
        "themes_90d": 1,
        "theme_top_90d": "t1",
        "theme_repeats_90d": 2,
        "events": 2,
        "events_90d": 1,
        "days_since_event": 85.0,
        "event_last": "installed",
        "value": 7.0,
        "value_90d": 0.0,
        "stage": "use",
        "stage_before": "onboarding",
        "days_in_stage": 85.0,
        "stages": 2,
        "stage_moves": 1,
    }
    assert {name: found[name] for name in expected} == expected


def test_an_event_that_reached_us_twice_under_two_ids_is_one() -> None:
    twice = [Event(f"e:{n}", "ann", "ordered", START, 7.0) for n in (1, 2)]
    assert known([], twice, [], START + DAY)["value"] == 7.0


def test_without_a_past_what_cannot_be_said_is_none() -> None:
    found = known([], [], [], START)
    assert (found["conversations"], found["stage"], found["open_themes"]) == (0, "unknown", 0)
    assert {found[name] for name in ("friction_last", "sentiment_trend_90d", "days_in_stage", "theme_top_90d")} == {
        None
    }
