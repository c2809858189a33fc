"""Journeys out of a store: stages, moves, one customer's path, and features that no later turn changes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Customer, Event
from nlp.errors import BadInput, NotFound
from nlp.journeys import dictionary
from nlp.signal import Signal
from nlp.summary import summarise
from nlp.themes.theme import Assignment, Theme
from pipelines import journeys
from pipelines.features import all_features, features
from pipelines.placing import place
from pipelines.settings import ROOT
from pipelines.stores import open_store
from pipelines.stores.protocols import Filter, Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
THEMELESS = {"open_themes": 0, "themes_90d": 0, "theme_top_90d": None, "theme_repeats_90d": 0}


def signal(segment: Segment, stage: str, friction: float) -> Signal:
    intents = (("technical_fault", 0.9),)
    return Signal(segment, "m", "technical_fault", 0.9, False, intents, -0.5, (0.7, 0.1, 0.2), friction, stage, 0.8)


def told(
    store: Store, n: int, customer: str, *turns: tuple[int, str, float], channel: Channel = Channel.TICKET
) -> None:
    """Store and annotate a conversation; a turn is (day, stage, friction)."""
    spoken = tuple(Turn(i, Speaker.CUSTOMER, "It broke.", START + day * DAY) for i, (day, _, _) in enumerate(turns))
    conversation = Conversation(f"s:{n}", "s", channel, customer, spoken[0].at or START, spoken)
    store.conversations.put([conversation])
    found = [signal(Segment(f"s:{n}", i, 0, 9), stage, friction) for i, (_, stage, friction) in enumerate(turns)]
    summary = summarise(f"s:{n}", found, language="en")
    store.signals.put("m", [f"s:{n}"], found, np.eye(len(found), 4, dtype=np.float32), [summary])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Ann buys, uses and leaves, by two tickets and three events; Bob calls twice about one fault."""
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        told(opened, 1, "ann", (0, "purchase", 20))
        told(opened, 2, "ann", (20, "use", 60))
        told(opened, 3, "bob", (5, "use", 40), channel=Channel.CALL)
        told(opened, 4, "bob", (9, "use", 80), channel=Channel.CALL)
        done = ((1, "ordered"), (10, "installed"), (30, "cancelled"))
        opened.events.put([Event(f"e:{day}", "ann", name, START + day * DAY, 9.5) for day, name in done])
        opened.events.put([Event("e:0", "cid", "waved", START)])
        opened.customers.put([Customer("ann", {"plan": "pro"})])
        members = [
            Assignment(f"s:{n}#0:0", "r", t, 0.9, START + 40 * DAY) for n, t in ((2, "t1"), (3, "t2"), (4, "t1"))
        ]
        themes = [Theme("t1", "Heater breaks", "", (), 2), Theme("t2", "Hub lost", "", (), 1)]
        opened.themes.put("r", themes, members, np.zeros((3, 2), np.float32))
        yield opened


def test_every_stage_of_the_taxonomy_is_there_in_its_order(store: Store) -> None:
    rows = journeys.stages(store, journeys.shipped())
    assert [row["stage"] for row in rows] == list(journeys.shipped().stage_names)
    use = next(row for row in rows if row["stage"] == "use")
    assert (use["conversations"], use["customers"], use["friction"], use["sentiment"]) == (3, 2, 60.0, -0.5)
    assert use["themes"] == [
        {"id": "t1", "name": "Heater breaks", "conversations": 2, "friction": 70.0},
        {"id": "t2", "name": "Hub lost", "conversations": 1, "friction": 40.0},
    ]
    empty = next(row for row in rows if row["stage"] == "awareness")
    assert (empty["conversations"], empty["friction"], empty["themes"]) == (0, None, [])


def test_unknown_comes_last_and_only_where_present(store: Store) -> None:
    told(store, 5, "bob", (50, "unknown", 0))
    assert journeys.stages(store, journeys.shipped())[-1]["stage"] == "unknown"


def test_moves_are_made_of_conversations_and_events(store: Store) -> None:
    assert journeys.transitions(store) == [
        {"from": "onboarding", "to": "use", "count": 1, "customers": 1, "share": 1.0, "median_days": 9.0},
        {"from": "purchase", "to": "onboarding", "count": 1, "customers": 1, "share": 1.0, "median_days": 1.0},
        {"from": "use", "to": "exit", "count": 1, "customers": 1, "share": 1.0, "median_days": 20.0},
    ]


def test_a_filter_narrows_the_moves(store: Store) -> None:
    def moves(filter: Filter) -> list[tuple[str, str]]:
        return [(row["from"], row["to"]) for row in journeys.transitions(store, filter)]

    assert moves(Filter(stage="use")) == [("onboarding", "use"), ("use", "exit")]
    assert moves(Filter(channel="ticket")) == [("purchase", "use")]
    assert moves(Filter(until=START + 9 * DAY)) == [("purchase", "onboarding")]
    assert moves(Filter(customer="bob")) == []


def test_a_journey_tells_what_was_said_and_done_in_order(store: Store) -> None:
    ann = journeys.journey(store, "ann")
    assert (ann["id"], ann["attributes"], ann["stage"], ann["reason"]) == (
        "ann",
        {"plan": "pro"},
        "exit",
        "event cancelled",
    )
    assert [(e["kind"], e["id"], e["stage"]) for e in ann["entries"]] == [
        ("conversation", "s:1", "purchase"),
        ("event", "e:1", "onboarding"),
        ("event", "e:10", "use"),
        ("conversation", "s:2", "use"),
        ("event", "e:30", "exit"),
    ]
    assert ann["path"][2] == {"stage": "use", "since": START + 10 * DAY, "until": START + 20 * DAY, "visits": 2}
    assert ann["entries"][3]["themes"] == [{"id": "t1", "name": "Heater breaks"}]
    assert (ann["entries"][3]["quote"], ann["entries"][3]["reason"]) == ("It broke.", "technical fault: 1 of 1 passage")
    assert len({tuple(entry) for entry in ann["entries"]}) == 1


def test_an_event_that_leads_nowhere_leaves_the_stage_unknown(store: Store) -> None:
    cid = journeys.journey(store, "cid")
    assert (cid["stage"], cid["confidence"], cid["path"]) == ("unknown", 0.0, [])
    with pytest.raises(NotFound, match="nobody"):
        journeys.journey(store, "nobody")


def test_a_theme_discovered_later_was_not_known_before(store: Store) -> None:
    early, late = (features(store, "ann", START + day * DAY) for day in (35, 45))
    assert (early["open_themes"], late["open_themes"], early["stage"]) == (0, 1, "exit")


def test_a_turn_added_later_does_not_change_the_features_of_before(store: Store) -> None:
    at = START + 25 * DAY
    before = features(store, "ann", at)
    told(store, 2, "ann", (20, "use", 60), (25, "exit", 100))
    assert store.signals.summary("s:2") != before
    assert features(store, "ann", at) | THEMELESS == before
    assert features(store, "ann", at + DAY)["friction_last"] != before["friction_last"]


def test_all_features_are_each_customers_own(store: Store) -> None:
    at = START + 45 * DAY
    found = dict(all_features(store, at))
    assert found == {customer: features(store, customer, at) for customer in ("ann", "bob", "cid")}
    assert list(dict(all_features(store, START + DAY))) == ["ann", "cid"]


def test_conversations_are_placed_by_the_last_event_before(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/placed.db") as store:
        told(store, 1, "ann", (5, "unknown", 20))
        told(store, 2, "bob", (5, "unknown", 20))
        store.events.put([Event("e:2", "ann", "installed", START + 5 * DAY), Event("e:4", "ann", "waved", START)])
        place(store, journeys.shipped())
        assert place(store, journeys.shipped()) == 0
        store.events.put([Event("e:1", "ann", "ordered", START)])
        assert (place(store, journeys.shipped()), place(store, journeys.shipped())) == (1, 0)
        one = store.signals.summary("s:1")
        assert one
        assert [(w.kind, w.weight) for w in one.witnesses] == [("words", 0.9), ("event", 0.8909)]
        assert one.witnesses[1].reason == "event ordered 5 days before"
        untouched = store.signals.summary("s:2")
        assert untouched
        assert [w.kind for w in untouched.witnesses] == ["words"]


def test_an_event_that_comes_in_late_or_is_changed_places_anew(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/placed.db") as store:
        told(store, 1, "ann", (5, "awareness", 20), (5, "use", 20))
        stages = []
        for day in (1, 9):
            store.events.put([Event("e:1", "ann", "installed", START + day * DAY)])
            place(store, journeys.shipped())
            found = store.signals.summary("s:1")
            stages.append(found and (found.stage, len(found.witnesses)))
        assert stages == [("use", 2), ("awareness", 1)]


def test_a_moment_without_zone_is_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="no zone"):
        features(store, "ann", START.replace(tzinfo=None))


def test_the_page_of_features_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "features.md").read_text("utf-8") == dictionary.page()


def test_another_taxonomy_leads_events_elsewhere(store: Store) -> None:
    other = replace(journeys.shipped(), events={"cancelled": "renewal"})
    assert journeys.journey(store, "ann", taxonomy=other)["stage"] == "renewal"
    assert [row["to"] for row in journeys.transitions(store, taxonomy=other)] == ["use", "renewal"]
