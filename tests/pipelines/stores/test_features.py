"""Facts at hand are what the store holds: whatever changes them, by whatever path, is noted by the database itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest
from sqlalchemy import text

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Event
from nlp.signal import Signal
from nlp.summary import summarise
from nlp.themes.edits import Edit
from nlp.themes.theme import Assignment, Theme
from pipelines.edits import edit
from pipelines.facts import MANY, everyone
from pipelines.features import features, online, tables
from pipelines.journeys import shipped
from pipelines.online import gather, refresh
from pipelines.stores.protocols import Filter
from pipelines.stores.sql import SqlStore

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = START + timedelta(days=400)
STAGES = ("purchase", "onboarding", "use", "renewal", "exit", "unknown")
EVENTS = ("ordered", "delivered", "installed", "renewed", "cancelled", "waved")


def tell(store: SqlStore, draw: Random, n: int, customer: str) -> None:
    """Put and annotate a conversation of one to three turns."""
    at = START + timedelta(hours=draw.randrange(24 * 300))
    turns = tuple(Turn(i, Speaker.CUSTOMER, "It broke.", at + timedelta(hours=i)) for i in range(draw.randint(1, 3)))
    talk = Conversation(f"s:{n}", "s", draw.choice([*Channel]), customer, at, turns, {"x": draw.random()})
    store.conversations.put([talk])
    found = [signal(Segment(talk.id, turn.number, 0, 9), draw) for turn in turns]
    summary = summarise(talk.id, found, language="en")
    store.signals.put("m", [talk.id], found, np.eye(len(found), 4, dtype=np.float32), [summary])


def signal(segment: Segment, draw: Random) -> Signal:
    negative, intent = draw.random(), draw.choice(["technical_fault", "refund_status", "none"])
    feeling, stage = (negative, 1 - negative, 0.0), draw.choice(STAGES)
    return Signal(segment, "m", intent, 0.9, False, ((intent, 0.9),), -negative, feeling, 99 * negative, stage, 0.8)


def discover(store: SqlStore, draw: Random, run: int) -> None:
    segments = [quote.segment.id for quote in store.signals.all()]
    at = START + timedelta(days=301, hours=run)
    members = [Assignment(s, f"r{run}", draw.choice(["t1", "t2", None]), 0.9, at) for s in segments]
    themes = [Theme("t1", "One", "", (), 1), Theme("t2", "Two", "", (), 1)]
    store.themes.put(f"r{run}", themes, members, np.zeros((len(segments), 2), np.float32))


def act(store: SqlStore, draw: Random, customer: str) -> None:
    at = START + timedelta(draw.randrange(300))
    store.events.put([Event(f"e:{draw.randrange(9)}", customer, draw.choice(EVENTS), at, 9.5)])


def change(store: SqlStore, draw: Random, n: int) -> None:
    """One of all the ways in which what is known of a customer changes."""
    customer = draw.choice(["ann", "bob", "cid"])
    ways: list[Callable[[], object]] = [
        lambda: tell(store, draw, n, customer),
        lambda: tell(store, draw, draw.randrange(n + 1), customer),
        lambda: act(store, draw, customer),
        lambda: discover(store, draw, n),
        lambda: merge(store),
    ]
    draw.choice(ways)()


def merge(store: SqlStore) -> None:
    if len([t for t in store.themes.current() if t.id in ("t1", "t2")]) == 2:
        edit(store, Edit(0, LATER - timedelta(days=1), "ada", "merge", "t1", "t2"))


@pytest.mark.parametrize("seed", range(4))
def test_what_is_read_online_is_what_the_batch_tells_after_every_change(store: SqlStore, seed: int) -> None:
    draw = Random(seed)
    for n in range(12):
        change(store, draw, n)
        if draw.random() < 0.7:
            refresh(store, shipped())
            assert store.features.waiting() == 0
        moments = (LATER, START + timedelta(days=draw.randrange(320)))
        for at in moments:
            for customers, _ in tables(store, LATER):
                for customer in customers:
                    assert online(store, customer, at) == features(store, customer, at)
        assert dict(everyone(store)) == dict(everyone(store, Filter(since=datetime.min.replace(tzinfo=UTC))))


def test_a_change_takes_the_row_out_of_use_until_it_is_gathered(store: SqlStore) -> None:
    tell(store, Random(1), 1, "ann")
    assert (store.features.get("ann"), store.features.stale()) == (None, ["ann"])
    refresh(store, shipped())
    kept = store.features.get("ann")
    assert kept
    assert len(kept.said) == 1
    store.events.put([Event("e:1", "ann", "ordered", START)])
    assert store.features.get("ann") is None
    assert gather(store, ["ann"], shipped()) in (0, 1)
    assert store.features.get("ann")


def test_the_same_put_again_leaves_the_row_in_use(store: SqlStore) -> None:
    event = Event("e:1", "ann", "ordered", START)
    store.events.put([event])
    refresh(store, shipped())
    store.events.put([event])
    assert store.features.get("ann")


def test_who_changed_while_facts_were_gathered_stays_stale(store: SqlStore) -> None:
    store.events.put([Event("e:1", "ann", "ordered", START)])
    marks = store.features.marks(["ann"])
    store.features.put({}, marks)
    assert store.features.waiting() == 0
    store.events.put([Event("e:2", "ann", "ordered", LATER)])
    store.features.put({}, marks)
    assert store.features.stale() == ["ann"]


def test_many_customers_are_gathered_in_one_pass_like_each_by_itself(store: SqlStore) -> None:
    people = [f"p{n:05}" for n in range(MANY + 50)]
    store.events.put(Event(f"e:{p}", p, "ordered", START + timedelta(minutes=n)) for n, p in enumerate(people))
    tell(store, Random(2), 1, "p00007")
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM events WHERE customer = 'p00009'"))
    refresh(store, shipped())
    assert store.features.waiting() == 0
    assert store.features.get("p00009") is None
    for customer in ("p00000", "p00007", people[-1]):
        assert online(store, customer, LATER) == features(store, customer, LATER)
        kept = store.features.get(customer)
        gather(store, [customer], shipped())
        assert kept == store.features.get(customer)


def test_an_event_places_the_conversations_after_it_as_soon_as_it_comes(store: SqlStore) -> None:
    tell(store, Random(3), 1, "ann")
    (contact,) = store.customers.contacts(Filter(customer="ann"))
    store.events.put([Event("e:1", "ann", "cancelled", contact.at - timedelta(hours=1))])
    refresh(store, shipped())
    (after,) = store.customers.contacts(Filter(customer="ann"))
    assert [witness.kind for witness in after.summary.witnesses] == ["words", "event"]
    assert online(store, "ann", LATER)["event_last"] == "cancelled"


def test_a_handover_to_another_agent_counts_from_its_turn_on(store: SqlStore) -> None:
    times = [START + timedelta(hours=n) for n in range(3)]
    speakers = (Speaker.CUSTOMER, Speaker.AGENT, Speaker.AGENT)
    spoken = tuple(Turn(n, who, "Late.", at) for n, (who, at) in enumerate(zip(speakers, times, strict=True)))
    talk = Conversation("s:1", "s", Channel.TICKET, "ann", START, spoken, {"taken_over": [2]})
    store.conversations.put([talk])
    store.signals.put("m", ["s:1"], [], np.zeros((0, 2), np.float32), [summarise("s:1", [], language="en")])
    refresh(store, shipped())
    told = [features(store, "ann", at)["handovers_90d"] for at in (times[2], times[2] + timedelta(seconds=1))]
    assert told == [0, 1]
    assert online(store, "ann", LATER - timedelta(days=350))["handovers_90d"] == 1
