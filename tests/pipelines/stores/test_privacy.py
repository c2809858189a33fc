"""Every database keeps keys and refusals, renames every pseudonym in one go, and forgets whom it is told to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Customer, Event
from nlp.identity.claim import claims
from nlp.redaction import event_id, placeholder, pseudonym, rekeyed
from nlp.signal import Signal
from nlp.summary import summarise
from nlp.themes.theme import Assignment, Theme
from pipelines.identity import resolve
from pipelines.retention import expire
from pipelines.stores.protocols.privacy import Refusal
from pipelines.stores.sql import SqlStore

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OLD, NEW = b"old", b"new"


def ann(*keys: bytes) -> str:
    return pseudonym("email:ann@example.com", *keys)


def filled(store: SqlStore, *keys: bytes) -> None:
    """Ann wrote under two identifiers and bought; Bob wrote once."""
    id, bob = pseudonym("id:7", *keys), pseudonym("id:8", *keys)
    text = f"mail {placeholder('EMAIL', 'ann@example.com', *keys)} please"
    told = Conversation("s:1", "s", Channel.TICKET, ann(*keys), AT, (Turn(0, Speaker.CUSTOMER, text, AT),))
    store.conversations.put([told, replace(told, id="s:2", customer=id), replace(told, id="s:3", customer=bob)])
    store.events.put([Event(event_id("events:1", *keys), ann(*keys), "ordered", AT)])
    store.customers.put([Customer(id, {"plan": "pro"}), Customer(bob, {"plan": "free"})])
    store.identity.claim(claims([(ann(*keys), "email"), (id, "id")], "crm"))
    guess = ("praise", 0.9)
    segments = [Segment(f"s:{n}", 0, 0, 4) for n in (1, 2, 3)]
    signals = [Signal(s, "m", *guess, False, (guess,), -0.5, (0.7, 0.1, 0.2), 50.0, "use", 0.8) for s in segments]
    summaries = [summarise(s.segment.conversation, [s], language="en") for s in signals]
    store.signals.put("m", [s.conversation for s in segments], signals, np.ones((3, 4), np.float32), summaries)
    theme = Theme("t1", "One", "", ("a",), 3, tuple(s.id for s in segments))
    placed = [Assignment(s.id, "r", "t1", 0.9, AT) for s in segments]
    store.themes.put("r", [theme], placed, np.zeros((3, 2), np.float32))
    resolve(store)


def rows(store: SqlStore) -> list[tuple[str, object]]:
    """All cells but those that no pseudonym is in and that a moment or a hash makes different."""
    store.rollups.refresh()
    left = ("key_marks", "conversations.content_hash", "online_features", "stale_features")
    return sorted(((name, value) for name, value in store.sweep.cells() if not name.startswith(left)), key=repr)


def test_keys_and_refusals_come_back(store: SqlStore) -> None:
    store.privacy.put_keys(["a", "b"], AT)
    assert store.privacy.keys() == ["a", "b"]
    store.privacy.refuse([Refusal("c1", "consent", frozenset({"c1", "c2"}))], at=AT)
    store.privacy.refuse([Refusal("c3", "forget", frozenset({"c2", "c3"}))], at=AT)
    assert store.privacy.refusals(among=["c2", "c4"]) == {"c2": {"consent", "forget"}}
    assert store.privacy.closed_by(["c2", "c3", "c4"]) == {"c2": {"c1", "c3"}, "c3": {"c3"}}
    assert store.privacy.allow(["c1", "c3"], why="consent") == 2
    assert store.privacy.refusals() == {"c2": {"forget"}, "c3": {"forget"}}
    assert store.privacy.allow(["c3"], among=["c2"]) == 1
    assert store.privacy.refusals() == {"c3": {"forget"}}


def test_what_is_to_be_forgotten_is_told_until_it_is_with_all_that_was_claimed(store: SqlStore) -> None:
    one, other = (tuple(claims([("c1", "id"), (beside, "email")], "crm")) for beside in ("c2", "c3"))
    store.privacy.refuse([Refusal("c1", "consent", frozenset({"c1", "c2"}), one)], at=AT)
    (early,) = store.privacy.pending()
    store.privacy.refuse([Refusal("c1", "consent", frozenset({"c1", "c3"}), other)], at=AT)
    assert store.privacy.pending() == [Refusal("c1", "consent", frozenset({"c1", "c2", "c3"}), one + other)]
    store.sweep.forget(["c1", "c2"], refusals=[early])
    (later,) = store.privacy.pending()  # more was claimed meanwhile
    store.sweep.forget(["c1", "c2", "c3"], refusals=[later])
    assert store.privacy.pending() == []
    assert store.privacy.withhold(["s:none"], at=AT) == 0


def test_a_renamed_store_is_the_one_that_both_keys_would_have_made(store: SqlStore, tmp_path: Path) -> None:
    filled(store, OLD)
    with SqlStore.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        filled(other, OLD, NEW)
        wanted = rows(other)
    steps: list[str] = []
    changed = store.sweep.rename(
        lambda one: rekeyed(one, NEW), ["f1", "f2"], at=AT, progress=lambda step, done, total: steps.append(step)
    )
    assert changed["conversations"] == 3
    assert rows(store) == wanted
    assert store.privacy.keys() == ["f1", "f2"]
    assert steps
    assert resolve(store) == 0


def test_whom_a_store_forgets_is_in_no_cell_of_it_and_others_stay(store: SqlStore) -> None:
    filled(store, OLD)
    theirs = [ann(OLD), pseudonym("id:7", OLD)]
    gone = store.sweep.forget(theirs)
    assert gone["conversations"] == 2
    assert gone["events"] == 1
    assert not [name for name, value in store.sweep.cells() if any(one in str(value) for one in theirs)]
    assert not [name for name, value in store.sweep.cells() if "s:1#" in str(value) or "s:2#" in str(value)]
    assert store.conversations.get("s:3").customer == pseudonym("id:8", OLD)
    assert store.themes.get("t1").quotes == ("s:3#0:0",)
    assert store.sweep.forget(theirs) == {}


def test_what_is_kept_too_long_goes_with_all_that_was_found_in_it(store: SqlStore) -> None:
    filled(store, OLD)
    late = (Turn(0, Speaker.CUSTOMER, "Hello?", AT), Turn(1, Speaker.AGENT, "Here.", AT + timedelta(days=9)))
    store.conversations.put([Conversation("s:4", "s", Channel.TICKET, "dee", AT, late)])
    store.events.put([Event("events:2", "dee", "ordered", AT + timedelta(days=9))])
    assert expire(store, days=0, now=AT + timedelta(days=99)) == {}
    assert expire(store, days=10, now=AT + timedelta(days=10)) == {}
    gone = expire(store, days=10, now=AT + timedelta(days=10, seconds=1), who="kim")
    assert (gone["conversations"], gone["signals"], gone["events"]) == (3, 3, 1)
    assert {name for name, value in store.sweep.cells() if "s:1" in str(value)} <= {"outbox.data"}
    assert store.rollups.count() == 1
    assert [event.id for event in store.events.all()] == ["events:2"]
    assert [(audit.what, audit.who) for audit in store.audits.page()] == [("privacy.expire", "kim")]
