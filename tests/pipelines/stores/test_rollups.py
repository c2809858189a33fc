"""Every database sums up alike, keeps its sums in step with whatever changes, and tells what pages ask of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Customer, Event
from nlp.signal import Entity, Signal, Summary
from nlp.themes.theme import Assignment, Theme
from pipelines.stores.database import Database
from pipelines.stores.protocols import Filter
from pipelines.stores.sql import SqlStore, migrate

START = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
DAY = timedelta(days=1)
CHANNELS = (Channel.TICKET, Channel.CALL, Channel.TICKET, Channel.CHAT)


def put(store: SqlStore, run: str = "r1", themes: Sequence[str | None] = ("t1", "t1", "t2", None)) -> None:
    """A conversation a day, of one segment each; Ann has the first two, Ben the others."""
    ids = [f"s:{n}" for n in range(len(themes))]
    store.customers.put([Customer("ann", {"plan": "gold", "value": 3}), Customer("ben", {"plan": "free"})])
    store.conversations.put(conversation(n) for n in range(len(ids)))
    segments = [Segment(id, 0, 0, 4) for id in ids]
    vectors = np.eye(len(ids), 8, dtype=np.float32)
    store.signals.put("m", ids, [signal(s, n) for n, s in enumerate(segments)], vectors, [told(id) for id in ids])
    assign(store, run, themes)


def assign(store: SqlStore, run: str, themes: Sequence[str | None]) -> None:
    segments = [Segment(f"s:{n}", 0, 0, 4) for n in range(len(themes))]
    placed = [Assignment(s.id, run, theme, 0.5, START) for s, theme in zip(segments, themes, strict=True)]
    known = [Theme(id, id, "", (), 1) for id in ("t1", "t2")]
    store.themes.put(run, known, placed, np.zeros((len(placed), 2), np.float32))


def conversation(n: int) -> Conversation:
    at, said = START + n * DAY, (Turn(0, Speaker.CUSTOMER, "Bad.", START + n * DAY),)
    facts = {"product": ["Lamp", "lamp "], "company": "Acme <b>"} if n == 2 else {}
    return Conversation(f"s:{n}", "s", CHANNELS[n], "ann" if n < 2 else "ben", at, said, facts)


def signal(segment: Segment, n: int) -> Signal:
    named = (Entity("product", 0, 3, "Router"),) if n == 0 else ()
    return Signal(segment, "m", "help", 0.9, False, (), -0.5, (0.7, 0.1, 0.2), 50.0 + n, "use", 0.5, entities=named)


def told(id: str) -> Summary:
    leaving = 0.9 if id == "s:1" else 0.0
    return Summary(id, "help", 0.9, False, -0.5, -0.5, -0.5, -0.5, 60.0, 0.0, leaving, "use", 0.5, "said", "en")


def test_conversations_are_chosen_by_who_wrote_and_what_is_named(store: SqlStore) -> None:
    put(store)
    store.rollups.refresh()
    assert store.rollups.options() == {
        "language": [("en", 4)],
        "segment": [("plan=free", 2), ("plan=gold", 2)],
        "product": [("lamp", 1), ("router", 1)],
        "company": [("acme <b>", 1)],
    }
    chosen = (Filter(product="lamp"), Filter(company="acme <b>"), Filter(segment="plan=gold", product="router"))
    assert [store.rollups.totals(filter)["conversations"] for filter in chosen] == [1, 1, 1]
    assert [store.conversations.count(filter) for filter in chosen] == [1, 1, 1]
    assert store.rollups.totals(Filter(segment="plan=gold", product="lamp"))["conversations"] == 0
    assert [store.conversations.count(Filter(language=code)) for code in ("en", "fr")] == [4, 0]


def test_stages_are_those_of_the_conversations_themselves(store: SqlStore) -> None:
    put(store)
    store.conversations.put([conversation(3)])
    store.signals.summarise([replace(told("s:1"), stage="exit")])
    store.rollups.refresh()
    means = {"friction": 60.0, "sentiment": -0.5}
    exit, use = ({"stage": stage, "customers": 1} | means for stage in ("exit", "use"))
    assert store.rollups.stages(Filter(segment="plan=gold")) == [
        exit | {"conversations": 1},
        use | {"conversations": 1},
    ]
    assert store.rollups.stages(Filter(channel="call")) == [exit | {"conversations": 1}]
    assert store.rollups.intents() == [{"intent": "help", "conversations": 4, "customers": 2} | means]


def test_the_latest_segments_reach_back_to_a_day(store: SqlStore) -> None:
    put(store)
    store.rollups.refresh()
    assert store.rollups.reach(4) is None
    assert [store.rollups.reach(n) for n in (3, 1, 0)] == [date(2026, 3, 3), date(2026, 3, 5), date(2026, 3, 6)]


def test_a_refresh_without_a_change_changes_nothing(store: SqlStore) -> None:
    assert store.rollups.refresh() == 1
    assert store.rollups.totals()["last"] is None
    put(store)
    assert store.rollups.refresh() == store.rollups.refresh() > 1


def test_whatever_changes_is_summed_up_anew(store: SqlStore) -> None:
    put(store)
    revision = store.rollups.refresh()
    store.conversations.put([replace(conversation(0), started_at=START + 30 * DAY)])
    assert store.rollups.refresh() == revision + 1
    assert store.rollups.totals()["last"] == date(2026, 4, 1)
    assert store.rollups.totals(Filter(until=START + DAY))["conversations"] == 0

    store.customers.put([Customer("ben", {"plan": "gold"})])
    store.rollups.refresh()
    assert store.rollups.totals(Filter(segment="plan=gold"))["conversations"] == 4

    assign(store, "r2", ("t2", "t2", "t2", "t2"))
    store.rollups.refresh()
    assert store.rollups.themes()["t2"]["conversations"] == 3  # s:0 waits to be annotated anew

    store.signals.summarise([replace(told("s:1"), stage="exit")])
    store.rollups.refresh()
    assert store.rollups.totals(Filter(stage="exit"))["conversations"] == 1

    before = store.rollups.refresh()
    store.events.put([Event("e:1", "ann", "ordered", START)])
    assert store.rollups.refresh() == before + 1


def test_segments_that_join_a_theme_are_counted_without_a_new_discovery(store: SqlStore) -> None:
    put(store)
    store.rollups.refresh()
    store.conversations.put([replace(conversation(3), id="s:9")])
    late = Segment("s:9", 0, 0, 4)
    store.signals.put("m", ["s:9"], [signal(late, 3)], np.eye(1, 8, dtype=np.float32), [told("s:9")])
    store.themes.assign([Assignment(late.id, "r1", "t2", 0.5, START)])
    store.rollups.refresh()
    assert store.rollups.themes()["t2"]["conversations"] == 2
    assert [row["conversations"] for row in store.rollups.daily() if row["theme"] == "t2"] == [1, 1]


def test_the_schema_goes_down_and_up_again(url: str, store: SqlStore) -> None:
    put(store)
    database = Database(url)
    migrate(database, "0014")
    migrate(database)
    assert store.rollups.refresh() == 1
    assert store.rollups.totals()["conversations"] == 4
    database.engine.dispose()
