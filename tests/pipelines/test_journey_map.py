"""The journey map and the event log out of a store."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Event
from nlp.errors import BadInput
from nlp.signal import Signal
from nlp.summary import summarise
from pipelines import export, sinks
from pipelines.export import Request
from pipelines.journey_map import dot, event_log, journey_map, mermaid
from pipelines.journeys import shipped
from pipelines.stores import open_store
from pipelines.stores.protocols import Filter, Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def told(
    store: Store, n: int, customer: str, day: int, stage: str, *, bot: bool = False, channel: str = "chat"
) -> None:
    at, first = START + day * DAY, Speaker.BOT if bot else Speaker.AGENT
    turns = (Turn(0, first, "Hello."), Turn(1, Speaker.CUSTOMER, "It broke."), Turn(2, Speaker.AGENT, "Sorry."))
    talk = Conversation(f"s:{n}", "s", Channel(channel), customer, at, turns)
    store.conversations.put([talk])
    segment, feeling = Segment(talk.id, 1, 0, 9), (0.7, 0.1, 0.2)
    said = Signal(segment, "m", "refund", 0.9, False, (("refund", 0.9),), -0.5, feeling, 60.0, stage, 0.9)
    summary = summarise(talk.id, [said], language="en")
    store.signals.put("m", [talk.id], [said], np.ones((1, 4), np.float32), [summary])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Ann buys, chats with a bot, calls and falls silent; Bob calls in spring and comes back in summer."""
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        opened.events.put([Event("e:1", "ann", "ordered", START), Event("e:2", "ann", "installed", START + 3 * DAY)])
        told(opened, 1, "ann", 5, "use", bot=True)
        told(opened, 2, "ann", 6, "use", channel="call")
        told(opened, 3, "bob", 7, "use", channel="call")
        told(opened, 4, "bob", 120, "renewal", channel="call")
        yield opened


def test_a_map_tells_of_each_stage_what_happens_and_how_sure_that_is(store: Store) -> None:
    found = journey_map(store, shipped())
    onboarding, use, renewal = found["stages"]
    assert (onboarding["stage"], onboarding["conversations"], onboarding["friction"]) == ("onboarding", 0, None)
    assert (onboarding["entries"], onboarding["exits"], onboarding["days"]) == (1, 0, 3.0)
    assert (use["conversations"], use["customers"], use["visits"], use["exits"]) == (3, 2, 2, 2)
    assert use["friction"] == {"value": 60.0, "low": 60.0, "high": 60.0}
    assert (use["switches"]["value"], use["handovers"]["value"]) == (1.0, pytest.approx(1 / 3))
    assert use["intents"] == [{"name": "refund", "conversations": 3}]
    assert (renewal["drop_off"], renewal["before"]) == (None, None)
    assert {(m["origin"], m["target"]): m["count"] for m in found["moves"]} == {
        ("start", "onboarding"): 1,
        ("start", "use"): 1,
        ("start", "renewal"): 1,
        ("onboarding", "use"): 1,
        ("use", "silent"): 2,
        ("renewal", "open"): 1,
    }


def test_a_period_is_told_beside_the_one_before_it(store: Store) -> None:
    found = journey_map(store, shipped(), Filter(since=START + 60 * DAY, until=START + 130 * DAY))
    assert [row["stage"] for row in found["stages"]] == ["renewal"]
    early = journey_map(store, shipped(), Filter(since=START + 5 * DAY, until=START + 9 * DAY))
    (use,) = early["stages"]
    assert (use["visits"], use["before"]["conversations"], use["changed"]) == (1, 2, [])


def test_a_filter_narrows_the_map(store: Store) -> None:
    calls = journey_map(store, shipped(), Filter(channel="call"))
    assert [(row["stage"], row["conversations"]) for row in calls["stages"]] == [("use", 2), ("renewal", 1)]
    assert [row["stage"] for row in journey_map(store, shipped(), Filter(stage="use"))["stages"]] == ["use"]
    assert journey_map(store, shipped(), Filter(channel="social"))["stages"] == []


@pytest.mark.parametrize("gap", [0, 366])
def test_a_gap_out_of_range_is_refused(store: Store, gap: int) -> None:
    with pytest.raises(BadInput, match="1 to 365 days"):
        journey_map(store, shipped(), gap=gap)


def test_moves_are_drawn_as_mermaid_and_as_dot(store: Store) -> None:
    found = journey_map(store, shipped())
    found["moves"].append({"origin": 'a"]; b', "target": "use", "count": 1, "share": 1.0, "days": None})
    chart, graph = mermaid(found), dot(found)
    assert '-->|"1 (100%, 3 days)"|' in chart
    assert 'label="1 (100%, 3 days)"' in graph
    assert chart.startswith("flowchart LR\n")
    assert graph.endswith("}\n")
    assert '"]; b' not in chart + graph


def test_an_event_log_has_a_case_a_journey_and_an_event_a_touch(store: Store) -> None:
    rows = list(event_log(store, shipped()))
    assert [(row["case:concept:name"], row["concept:name"], row["kind"], row["name"]) for row in rows] == [
        ("ann#0", "onboarding", "event", "ordered"),
        ("ann#0", "use", "event", "installed"),
        ("ann#0", "use", "conversation", "chat"),
        ("ann#0", "use", "conversation", "call"),
        ("bob#0", "use", "conversation", "call"),
        ("bob#1", "renewal", "conversation", "call"),
    ]
    assert [row["handed"] for row in rows] == [None, None, True, False, False, False]


def test_the_event_log_as_xes_is_a_log_of_traces_of_events(store: Store) -> None:
    request, noun, file = Request(store, shipped(), Filter(), START), export.noun("journeys"), BytesIO()
    sinks.write(noun.rows(request), noun.columns, file, format="xes")
    log = ET.fromstring(file.getvalue())
    traces = log.findall("trace")
    assert [len(trace.findall("event")) for trace in traces] == [4, 1, 1]
    names = {string.get("key"): string.get("value") for string in traces[0].findall("string")}
    assert names == {"concept:name": "ann#0", "customer": "ann"}
    first = {part.get("key"): (part.tag, part.get("value")) for part in traces[0].find("event") or ()}
    assert first["time:timestamp"] == ("date", "2026-03-02T09:00:00Z")
    assert (first["concept:name"], "friction" in first) == (("string", "onboarding"), False)


def test_xes_keeps_odd_characters_out_and_is_for_event_logs_alone() -> None:
    row = {"case:concept:name": 'a<"&>\x00', "concept:name": "\ud800\x1f"}
    file = BytesIO()
    sinks.write([row], dict.fromkeys(row, str), file, format="xes")
    assert ET.fromstring(file.getvalue()).find("trace/string").get("value") == 'a<"&>\ufffd'  # type: ignore[union-attr]
    with pytest.raises(BadInput, match="event logs"):
        sinks.write([], {"stage": str}, BytesIO(), format="xes")
