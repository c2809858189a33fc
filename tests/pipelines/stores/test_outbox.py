"""Every database tells in the transaction of what it tells of, in the order of commits, and keeps how far sinks are."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Event
from nlp.errors import NotFound, StoreError
from nlp.redaction import pseudonym
from nlp.signal import Signal
from nlp.summary import summarise
from nlp.taxonomy import Taxonomy
from nlp.themes.edits import Edit
from nlp.themes.lineage import Fact
from nlp.themes.theme import Assignment, Theme
from pipelines.emergence import emerging
from pipelines.messages import KINDS, Message, PrivacyForgotten, ThemeEmerging, message
from pipelines.online import refresh
from pipelines.settings import Settings
from pipelines.stores.database import Database
from pipelines.stores.outbox import announce
from pipelines.stores.protocols.outbox import Held, Progress
from pipelines.stores.sql import SqlStore, migrate

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN, BOB = pseudonym("email:ann@example.com", b"k"), pseudonym("id:8", b"k")


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    path = Settings().taxonomy
    return Taxonomy.from_toml(path.read_text("utf-8"), origin=str(path))


def talk(id: str, customer: str = ANN, at: datetime = AT) -> Conversation:
    return Conversation(id, "s", Channel.CHAT, customer, at, (Turn(0, Speaker.CUSTOMER, "It broke.", at),))


def analyze(store: SqlStore, *ids: str, model: str = "m", friction: float = 50.0) -> None:
    guess = ("praise", 0.9)
    segments = [Segment(id, 0, 0, 9) for id in ids]
    signals = [Signal(s, model, *guess, False, (guess,), -0.5, (0.7, 0.1, 0.2), friction, "use", 0.8) for s in segments]
    summaries = [summarise(id, [signal], language="en") for id, signal in zip(ids, signals, strict=True)]
    store.signals.put(model, ids, signals, np.ones((len(ids), 4), np.float32), summaries)


def told(store: SqlStore, name: str = "crm", *, limit: int = 100) -> list[Message]:
    return store.outbox.fresh(name, limit=limit)


def kinds(store: SqlStore) -> list[tuple[str, str]]:
    return [(m.kind, m.subject) for m in told(store)]


def put(store: SqlStore, *messages: Message) -> None:
    """As a write of a store does."""
    database = Database(store.url)
    with database.write() as connection:
        announce(database, connection, messages)
    database.engine.dispose()


def note(customer: str, at: datetime = AT) -> Message:
    return message("privacy.forgotten", PrivacyForgotten((customer,), ()), subject=customer, customer=customer, at=at)


def test_without_a_sink_nothing_is_written(store: SqlStore, taxonomy: Taxonomy) -> None:
    store.conversations.put([talk("s:1")])
    analyze(store, "s:1")
    refresh(store, taxonomy)
    store.edits.add(Edit(0, AT, "kim", "note", "t1", text="x"))
    store.outbox.subscribe("crm", AT)
    assert not store.outbox.listening() or told(store) == []
    assert store.outbox.sink("crm").position == 0


def test_an_analysis_is_told_with_its_findings_and_without_a_word_of_the_text(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    store.conversations.put([talk("s:1"), talk("s:2", "")])
    analyze(store, "s:1", "s:2")
    first, second = told(store)
    assert (first.kind, first.subject, first.customer, first.key) == ("conversation.analyzed", "s:1", ANN, ANN)
    assert (second.subject, second.customer, second.key) == ("s:2", "", "s:2")
    assert first.data["intent"] == "praise"
    assert first.data["friction"] == 50.0
    assert first.data["model"] == "m"
    assert "broke" not in str(first.told())
    assert first.id != second.id
    assert first.number < second.number


def test_a_newer_model_and_another_stage_are_told_and_what_is_the_same_is_not(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    store.conversations.put([talk("s:1")])
    analyze(store, "s:1")
    analyze(store, "s:1", model="n", friction=60.0)
    summary = store.signals.summary("s:1")
    assert summary
    assert store.signals.summarise([summary]) == 0
    assert store.signals.summarise([replace(summary, stage="renewal")]) == 1
    found = told(store)
    assert [m.data["model"] for m in found] == ["m", "n", "n"]
    assert [m.data["stage"] for m in found][-1] == "renewal"


def test_what_is_rolled_back_is_not_told(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    with pytest.raises(StoreError):
        analyze(store, "s:missing")
    database = Database(store.url)
    with suppress(RuntimeError), database.write() as connection:
        announce(database, connection, [note(ANN)])
        raise RuntimeError
    database.engine.dispose()
    assert told(store) == []


def test_a_customer_is_told_once_for_each_change_of_what_is_known(store: SqlStore, taxonomy: Taxonomy) -> None:
    store.outbox.subscribe("crm", AT)
    store.conversations.put([talk("s:1")])
    analyze(store, "s:1")
    refresh(store, taxonomy)
    refresh(store, taxonomy)
    (first,) = [m for m in told(store) if m.kind == "customer.changed"]
    assert (first.subject, first.data["conversations"], first.data["moved"]) == (ANN, 1, None)
    assert first.data["friction_last"] == 50.0
    analyze(store, "s:1")  # once more the same: the facts are gathered anew, and are what they were
    refresh(store, taxonomy)
    assert len([m for m in told(store) if m.kind == "customer.changed"]) == 1
    store.events.put([Event("e:1", ANN, "cancelled", AT + HOUR)])
    refresh(store, taxonomy)
    last = told(store)[-1]
    assert (last.kind, last.data["moved"], last.data["stage_before"]) == ("customer.changed", True, first.data["stage"])


def test_a_discovery_tells_what_became_of_each_theme(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    store.conversations.put([talk("s:1")])
    analyze(store, "s:1")
    themes = [Theme("t1", "Heater breaks", "", (), 1), Theme("t2", "Hub lost", "", (), 0)]
    facts = [
        Fact("r", AT, "t1", "continued", share=0.9),
        Fact("r", AT, "t2", "split from", "t1", 0.6),
        Fact("r", AT, "t3", "merged into", "t1", 0.7),
        Fact("r", AT, "t4", "died"),
        Fact("r", AT, "t5", "dormant"),
    ]
    store.themes.put(
        "r", themes, [Assignment("s:1#0:0", "r", "t1", 0.9, AT)], np.zeros((1, 2), np.float32), facts=facts
    )
    found = [m for m in told(store) if m.kind.startswith("theme.")]
    assert [(m.kind, m.subject) for m in found] == [
        ("theme.changed", "t1"),
        ("theme.split", "t2"),
        ("theme.merged", "t3"),
        ("theme.died", "t4"),
        ("theme.changed", "t5"),
    ]
    assert found[0].data == {
        "run": "r",
        "what": "continued",
        "name": "Heater breaks",
        "size": 1,
        "other": "",
        "share": 0.9,
    }
    assert found[4].data["what"] == "dormant"


def test_an_edit_is_told_without_who_made_it_and_what_a_note_says(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    store.edits.add(Edit(0, AT, "kim@example.com", "note", "t1", text="ask Kim Doe"))
    store.edits.add(Edit(0, AT, "kim@example.com", "rename", "t1", text="Late parcels"))
    store.edits.add(Edit(0, AT, "kim@example.com", "fixed", "t1", day=date(2026, 3, 1)))
    noted, renamed, fixed = told(store)
    assert "im" not in str(noted.data).replace("undoes", "").replace("segments", "")
    assert (renamed.data["what"], renamed.data["name"]) == ("rename", "Late parcels")
    assert fixed.data["day"] == "2026-03-01"


def test_a_theme_is_told_to_emerge_once(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    moved = message("theme.emerging", KINDS["theme.emerging"]("Late", "week", 1, 2.0, 0.01), subject="t1")
    assert store.outbox.move({"t1": "emerging", "t2": "steady"}, {"t1": moved}) == 1
    assert store.outbox.move({"t1": "emerging"}, {"t1": moved}) == 0
    assert store.outbox.move({"t1": "steady"}, {}) == 0
    assert store.outbox.move({"t1": "emerging"}, {"t1": replace(moved, id="evt_2")}) == 1
    assert kinds(store) == [("theme.emerging", "t1")] * 2


def test_a_theme_that_emerges_in_a_store_is_told(store: SqlStore) -> None:
    assert emerging(store) == 0
    store.outbox.subscribe("crm", AT)
    week = timedelta(days=7)
    weeks = [(n, AT + n * week + k * HOUR) for n in range(12) for k in range(20 if n < 11 else 40)]
    ids = [f"s:{n}-{k}" for k, (n, _) in enumerate(weeks)]
    store.conversations.put(talk(id, f"c{k}", at) for k, (id, (_, at)) in enumerate(zip(ids, weeks, strict=True)))
    analyze(store, *ids)
    late = {id for k, (id, (n, _)) in enumerate(zip(ids, weeks, strict=True)) if (n == 11 and k % 4) or k % 20 == 0}
    placed = [Assignment(f"{id}#0:0", "r", "t1" if id in late else "t2", 0.9, AT) for id in ids]
    themes = [Theme("t1", "Heater breaks", "", (), 1), Theme("t2", "Hub lost", "", (), 1)]
    store.themes.put("r", themes, placed, np.zeros((len(ids), 2), np.float32))
    assert emerging(store) == 1
    assert emerging(store) == 0
    last = store.outbox.fresh("crm", limit=1000)[-1]
    assert (last.kind, last.subject, last.data["name"]) == ("theme.emerging", "t1", "Heater breaks")
    assert last.data["ratio"] > 1.5


def test_whom_a_store_forgets_is_told_to_be_forgotten_and_nothing_else(store: SqlStore, taxonomy: Taxonomy) -> None:
    store.outbox.subscribe("crm", AT)
    store.conversations.put([talk("s:1"), talk("s:2", BOB)])
    analyze(store, "s:1", "s:2")
    refresh(store, taxonomy)
    store.sweep.forget([ANN])
    assert not [m for m in told(store) if m.kind != "privacy.forgotten" and ANN in (m.customer, m.subject)]
    (gone,) = [m for m in told(store) if m.kind == "privacy.forgotten"]
    assert gone.data == {"customers": [ANN], "conversations": ["s:1"]}
    assert [m.subject for m in told(store) if m.kind == "conversation.analyzed"] == ["s:2"]
    store.sweep.forget([ANN])
    store.sweep.forget((), conversations=["s:2"])
    assert [m.data["conversations"] for m in told(store) if m.kind == "privacy.forgotten"] == [["s:1"], ["s:2"]]


def test_a_new_key_renames_whom_messages_speak_of(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    put(store, note(ANN))
    store.outbox.settle("crm", "", Progress(0, 1, AT, held=[Held(replace(told(store)[0], number=1))]))
    store.sweep.rename(lambda one: one[::-1], ["f"], at=AT)
    (held,) = store.outbox.due("crm", AT, limit=9)
    assert (held.message.customer, held.message.data["customers"]) == (ANN[::-1], [ANN[::-1]])
    assert store.outbox.blocked("crm", [ANN[::-1]]) == {ANN[::-1]}


def test_a_sink_begins_with_what_is_committed_after_its_first_start(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    put(store, note("a"))
    store.outbox.subscribe("lake", AT)
    store.outbox.subscribe("crm", AT + HOUR)
    put(store, note("b"))
    assert [m.subject for m in told(store, "crm")] == ["a", "b"]
    assert [m.subject for m in told(store, "lake")] == ["b"]
    state = store.outbox.sink("crm")
    assert (state.waiting, state.oldest, state.since) == (2, AT, AT)
    store.outbox.remove("crm")
    assert [sink.name for sink in store.outbox.sinks()] == ["lake"]
    for ask in (store.outbox.sink, store.outbox.remove):
        with pytest.raises(NotFound, match="known: lake"):
            ask("crm")


def test_one_publisher_serves_a_sink_until_it_is_gone_for_so_long(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    assert store.outbox.lease("crm", "one", at=AT, until=AT + HOUR)
    assert store.outbox.lease("crm", "one", at=AT, until=AT + HOUR)
    assert not store.outbox.lease("crm", "two", at=AT, until=AT + HOUR)
    with pytest.raises(StoreError, match="another publisher"):
        store.outbox.settle("crm", "two", Progress(0, 0, AT))
    assert store.outbox.lease("crm", "two", at=AT, until=AT + HOUR, over=["one"])
    assert store.outbox.lease("crm", "three", at=AT + 2 * HOUR, until=AT + 3 * HOUR)
    store.outbox.release("crm", "two")
    assert store.outbox.sink("crm").owner == "three"
    store.outbox.release("crm", "three")
    assert store.outbox.lease("crm", "one", at=AT, until=AT + HOUR)


def test_what_is_held_waits_for_its_time_and_holds_its_key(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    put(store, note("a"), note("a"), note("b"))
    first, second, third = told(store)
    store.outbox.settle(
        "crm", "", Progress(0, third.number, AT, [third.number], [Held(first, 1, AT + HOUR, "no"), Held(second)])
    )
    assert told(store) == []
    assert store.outbox.due("crm", AT, limit=9) == []
    assert store.outbox.blocked("crm", ["a", "b"]) == {"a"}
    (due,) = store.outbox.due("crm", AT + HOUR, limit=9)
    assert (due.message, due.tries, due.error) == (first, 1, "no")
    store.outbox.settle("crm", "", Progress(0, third.number, AT, held=[Held(first, 2, AT, "no", dead=True)]))
    assert [held.message for held in store.outbox.due("crm", AT, limit=9)] == [second]
    assert [held.message for held in store.outbox.dead("crm")] == [first]
    state = store.outbox.sink("crm")
    assert (state.waiting, state.held, state.dead, state.delivered) == (1, 1, 1, 1)


def test_dead_letters_and_the_past_are_replayed(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    put(store, note("a", AT), note("b", AT + HOUR), note("c", AT + 2 * HOUR))
    a, b, c = told(store)
    done = Progress(0, c.number, AT, [c.number], [Held(a, 9, AT, "no", dead=True), Held(b, 9, AT, "no", dead=True)])
    store.outbox.settle("crm", "", done)
    assert store.outbox.replay("crm", at=AT) == 2
    assert [held.tries for held in store.outbox.due("crm", AT, limit=9)] == [0, 0]
    assert store.outbox.replay("crm", since=AT + HOUR, at=AT) == 2
    assert told(store) == [b, c]
    assert [held.message for held in store.outbox.due("crm", AT, limit=9)] == [a]
    with pytest.raises(NotFound, match="'x'"):
        store.outbox.replay("x", at=AT)


def test_a_replay_is_not_lost_to_a_round_that_ends_later(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    put(store, note("a", AT), note("b", AT))
    a, b = told(store)
    store.outbox.settle("crm", "", Progress(0, b.number, AT, [a.number, b.number]))
    put(store, note("c", AT + HOUR))
    (c,) = told(store)
    assert store.outbox.replay("crm", since=AT, at=AT) == 2
    store.outbox.settle("crm", "", Progress(b.number, c.number, AT, [c.number]))
    assert told(store) == [a, b, c]
    assert store.outbox.sink("crm").delivered == 3


def test_what_all_have_taken_is_pruned_and_dead_letters_stay(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    put(store, note("a", AT), note("b", AT), note("c", AT + HOUR))
    a, b, c = told(store)
    assert store.outbox.prune(AT + HOUR) == 0
    store.outbox.settle("crm", "", Progress(0, c.number, AT, [b.number, c.number], [Held(a, 9, AT, "no", dead=True)]))
    assert store.outbox.prune(AT + HOUR) == 1
    assert store.outbox.replay("crm", since=AT, at=AT) == 2
    assert told(store) == [a, c]
    put(store, note("d", AT))
    assert told(store)[-1].number > c.number


def test_no_number_is_given_twice_though_all_is_gone(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    late = ThemeEmerging("x", "week", 1, 2.0, 0.1)
    put(store, note("a", AT), message("theme.emerging", late, subject="t", customer="b", at=AT))
    a, b = told(store)
    store.outbox.settle("crm", "", Progress(0, b.number, AT, [a.number, b.number]))
    store.sweep.forget(["a", "b"])
    assert store.outbox.prune(AT + HOUR) == 1
    put(store, note("c"))
    assert [m.number for m in told(store)] == [b.number + 1, b.number + 2]  # the first tells of the forgetting
    store.outbox.subscribe("lake", AT)
    assert told(store, "lake") == []


def test_numbers_follow_the_order_of_commits_whoever_writes(store: SqlStore) -> None:
    store.outbox.subscribe("crm", AT)
    errors: list[Exception] = []

    def write(writer: int) -> None:
        database = Database(store.url)
        try:
            for n in range(20):
                with database.write() as connection:
                    announce(database, connection, [note(f"c{writer}", AT + timedelta(seconds=n))])
        except Exception as error:
            errors.append(error)
        database.engine.dispose()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for writer in writers:
        writer.start()
    seen: list[Message] = []
    while any(writer.is_alive() for writer in writers) or told(store):
        for found in told(store, limit=3):
            place = store.outbox.sink("crm", counted=False).position
            store.outbox.settle("crm", "", Progress(place, found.number, AT, [found.number]))
            seen.append(found)
    assert not errors
    assert len(seen) == 80
    for writer in range(4):
        own = [m.at for m in seen if m.customer == f"c{writer}"]
        assert own == sorted(own)


def test_the_tables_go_down_and_up(store: SqlStore, url: str) -> None:
    database = Database(url)
    store.outbox.subscribe("crm", AT)
    put(store, note("a"))
    migrate(database, "0017")
    migrate(database)
    assert store.outbox.sinks() == []
    database.engine.dispose()
