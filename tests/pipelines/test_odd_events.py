"""Events out of order, in the future, twice, of unknown names or by the million: each has a defined answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Event
from nlp.errors import NotFound
from nlp.journeys.facts import Done, Facts, ticks
from nlp.journeys.features import features as of_facts
from nlp.journeys.sessions import sessions
from nlp.signal import Signal
from nlp.summary import summarise
from pipelines import journeys
from pipelines.cohorts import compared
from pipelines.features import features, online
from pipelines.funnel import onward
from pipelines.journey_map import journey_map
from pipelines.journeys import shipped
from pipelines.online import refresh
from pipelines.outcomes import outcomes
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WITHOUT_USE = replace(
    shipped(),
    stages=tuple(stage for stage in shipped().stages if stage.name != "use"),
    events={name: stage for name, stage in shipped().events.items() if stage != "use"},
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        yield opened


def told(store: Store, day: int, stage: str, customer: str = "ann") -> None:
    at = START + day * DAY
    talk = Conversation(f"s:{day}", "s", Channel.CHAT, customer, at, (Turn(0, Speaker.CUSTOMER, "It broke.", at),))
    store.conversations.put([talk])
    said = Signal(Segment(talk.id, 0, 0, 9), "m", "x", 0.9, False, (("x", 1.0),), 0, (0, 1, 0), 50.0, stage, 0.9)
    store.signals.put("m", [talk.id], [said], np.ones((1, 4), np.float32), [summarise(talk.id, [said], language="en")])


def done(id: str, name: str, day: float, value: float | None = None) -> Event:
    return Event(id, "ann", name, START + day * DAY, value)


def test_events_that_come_in_any_order_leave_the_same_store(tmp_path: Path) -> None:
    events = [done("1", "ordered", 0, 5.0), done("2", "installed", 3), done("3", "cancelled", 9)]
    found = []
    for n, order in enumerate((events, events[::-1])):
        with open_store(f"sqlite:///{tmp_path}/{n}.db") as store:
            told(store, 5, "unknown")
            for event in order:
                store.events.put([event])
                refresh(store, shipped())
            summary = store.signals.summary("s:5")
            found.append((summary, features(store, "ann", START + 10 * DAY), journeys.journey(store, "ann")))
    assert found[0] == found[1]
    assert found[0][0]
    assert found[0][0].witnesses[-1].reason == "event installed 2 days before"


def test_events_of_one_moment_leave_the_same_under_any_key(tmp_path: Path) -> None:
    """Ids are keyed: what they sort by is chance."""
    found = []
    for ids in (("1", "2", "3"), ("3", "2", "1")):
        with open_store(f"sqlite:///{tmp_path}/{ids[0]}.db") as store:
            told(store, 5, "unknown")
            one, other = done(ids[0], "subscribed", 3), done(ids[1], "installed", 3)
            store.events.put([one, other, done(ids[2], "installed", 3, 8.0)])
            refresh(store, shipped())
            kept = [(event.name, event.value) for event in store.events.of("ann")]
            assert kept == [(event.name, event.value) for event in store.events.all()]
            found.append((kept, store.signals.summary("s:5"), features(store, "ann", START + 10 * DAY)))
    assert found[0] == found[1]
    assert found[0][0] == [("installed", None), ("installed", 8.0), ("subscribed", None)]


def test_an_event_in_the_future_counts_from_its_moment_on(store: Store) -> None:
    store.events.put([done("1", "ordered", 0), done("2", "cancelled", 100)])
    refresh(store, shipped())
    stages = [online(store, "ann", START + days * DAY)["stage"] for days in (1, 99, 101)]
    assert stages == ["onboarding", "onboarding", "exit"]


def test_an_end_that_is_planned_far_ahead_tells_nothing_of_how_far_the_past_is_known(store: Store) -> None:
    found = []
    for ahead in (None, datetime.now(UTC) + 400 * DAY):
        told(store, 1, "use")
        told(store, 20, "use")
        store.events.put([done("1", "ordered", 0)])
        if ahead:
            store.events.put([Event("ahead", "bob", "cancelled", ahead)])
        every = (
            outcomes(store, shipped())["until"],
            compared(store, shipped())["at"],
            onward(store, shipped())["until"],
            {row["stage"]: row["exits"] for row in journey_map(store, shipped())["stages"]}.get("use"),
        )
        found.append(every)
    assert found[0] == found[1]
    assert found[0][0] == START + 20 * DAY


def test_an_event_of_an_unknown_name_counts_and_places_nobody(store: Store) -> None:
    store.events.put([done("1", "ordered", 0), done("2", "waved", 1)])
    found = features(store, "ann", START + 2 * DAY)
    assert (found["events"], found["event_last"], found["stage"]) == (2, "waved", "onboarding")


def test_an_event_put_twice_or_under_two_ids_is_one(store: Store) -> None:
    store.events.put([done("1", "ordered", 0, 5.0)])
    store.events.put([done("1", "ordered", 0, 5.0), done("2", "ordered", 0, 5.0)])
    found = features(store, "ann", START + DAY)
    assert (found["events"], found["value"]) == (1, 5.0)


def test_a_customer_has_features_of_events_alone_and_nobody_has_none(store: Store) -> None:
    store.events.put([done("1", "ordered", 0)])
    found = online(store, "ann", START + DAY)
    assert (found["conversations"], found["sentiment_last"], found["stage"]) == (0, None, "onboarding")
    with pytest.raises(NotFound, match="nobody"):
        online(store, "nobody", START)


def test_a_stage_that_the_taxonomy_no_longer_names_stays_in_the_history(store: Store) -> None:
    told(store, 1, "use")
    told(store, 4, "exit")
    found = features(store, "ann", START + 2 * DAY, taxonomy=WITHOUT_USE)
    assert (found["stage"], found["stages"]) == ("use", 1)
    assert [visit["stage"] for visit in journeys.journey(store, "ann", taxonomy=WITHOUT_USE)["path"]] == ["use", "exit"]
    rows = {row["stage"]: row for row in journeys.stages(store, WITHOUT_USE)}
    assert (rows["use"]["conversations"], rows["use"]["definition"]) == (1, "A stage of an earlier taxonomy.")
    shown = [row["stage"] for row in journey_map(store, WITHOUT_USE)["stages"]]
    assert shown == ["exit", "use"]


def test_an_event_that_led_to_a_removed_stage_leads_nowhere(store: Store) -> None:
    store.events.put([done("1", "ordered", 0), done("2", "installed", 1)])
    found = [
        features(store, "ann", START + 2 * DAY, taxonomy=taxonomy)["stage"] for taxonomy in (shipped(), WITHOUT_USE)
    ]
    assert found == ["use", "onboarding"]


@pytest.mark.slow
def test_a_customer_with_a_million_events_is_one_like_any_other() -> None:
    first, count = ticks(START), 1_000_000
    own = Facts(done=tuple(Done(first + n * 1_000_000, "ordered", 1.0) for n in range(count)))
    found = of_facts(own, at=START + 12 * DAY, taxonomy=shipped())
    assert (found["events"], found["value"], found["stage"]) == (count, 1e6, "onboarding")
    assert found["events_1d"] == count - (11 * 86_400)
    (visit,) = sessions(own, shipped())
    assert len(visit.done) == count
