"""A conversation that comes again: what is the same is not put, what changed alone is found anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.signal import Signal, Summary
from nlp.themes.theme import Assignment, Theme
from pipelines.stores.protocols.records import Given
from pipelines.stores.schema import identity_links
from pipelines.stores.sql import SqlStore

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAID = (Turn(0, Speaker.CUSTOMER, "Late."), Turn(1, Speaker.AGENT, "Sorry."), Turn(2, Speaker.CUSTOMER, "Still."))
TICKET = Conversation("s:1", "s", Channel.TICKET, "ann", MONDAY, SAID, {"status": "open"})
SEGMENTS = ("s:1#0:0", "s:1#2:0", "s:10#0:0")


@pytest.fixture
def found(store: SqlStore) -> SqlStore:
    """Two annotated conversations, all of their segments in one theme."""
    other = replace(TICKET, id="s:10", turns=SAID[:1])
    store.conversations.put([TICKET, other], given={"s:1": Given("a", MONDAY)})
    signals = [
        Signal(Segment(c, turn, 0, 5), "m1", "delivery", 0.7, False, (), -0.5, (0.7, 0.0, 0.3), 50.0, "use", 0.5, ())
        for c, turn in (("s:1", 0), ("s:1", 2), ("s:10", 0))
    ]
    told = [
        Summary(c, "x", 0.7, False, 0.0, 0.0, 0.0, 0.0, 50.0, 0.2, 0.0, "use", 0.5, "", "en") for c in ("s:1", "s:10")
    ]
    store.signals.put("m1", ["s:1", "s:10"], signals, np.ones((3, 4), np.float32), told)
    members = [Assignment(segment, "r", "t", 0.9, MONDAY) for segment in SEGMENTS]
    store.themes.put("r", [Theme("t", "One", "", ("late",), 3)], members, np.zeros((3, 2), np.float32))
    return store


def test_facts_alone_change_without_losing_what_was_found(found: SqlStore) -> None:
    assert found.conversations.put([replace(TICKET, metadata={"status": "solved"})]) == (0, 1)
    assert found.conversations.get("s:1").metadata == {"status": "solved"}
    assert (found.conversations.waiting("m1"), len(found.signals.of("s:1"))) == (0, 2)
    assert set(found.themes.members()) == set(SEGMENTS)


def test_a_new_comment_leaves_the_others_in_their_themes(found: SqlStore) -> None:
    longer = replace(TICKET, turns=(*SAID, Turn(3, Speaker.CUSTOMER, "It came.")))
    assert found.conversations.put([longer]) == (0, 1)
    assert (found.conversations.waiting("m1"), found.signals.of("s:1")) == (1, [])
    assert set(found.themes.members()) == set(SEGMENTS)


@pytest.mark.parametrize("turn", [Turn(2, Speaker.CUSTOMER, "No."), Turn(2, Speaker.AGENT, "Still."), None])
def test_what_is_said_no_longer_is_in_no_theme(found: SqlStore, turn: Turn | None) -> None:
    found.conversations.put([replace(TICKET, turns=(*SAID[:2], *([turn] if turn else [])))])
    assert set(found.themes.members()) == {"s:1#0:0", "s:10#0:0"}


def test_a_conversation_that_began_at_another_time_is_annotated_anew(found: SqlStore) -> None:
    found.conversations.put([replace(TICKET, started_at=MONDAY - timedelta(days=1))])
    assert found.conversations.waiting("m1") == 1


def test_the_very_same_record_and_an_earlier_state_are_known(found: SqlStore) -> None:
    known = found.conversations.known
    assert known({"s:1": Given("a"), "s:10": Given("c"), "s:2": Given("a")}) == ({"s:1"}, set())
    assert known({"s:1": Given("b", MONDAY - timedelta(seconds=1))}) == (set(), {"s:1"})
    assert known({"s:1": Given("b", MONDAY)}) == (set(), set())
    assert known({"s:1": Given("b")}) == (set(), set())


def test_the_same_content_read_from_another_record_changes_nothing_but_what_is_known(found: SqlStore) -> None:
    later = Given("b", MONDAY + timedelta(days=1))
    assert found.conversations.put([TICKET], given={"s:1": later}) == (0, 0)
    assert found.conversations.known({"s:1": later}) == ({"s:1"}, set())
    assert (found.conversations.waiting("m1"), len(found.conversations.get("s:1").turns)) == (0, 3)


def test_a_conversation_of_a_linked_identifier_is_its_customers_from_the_first(store: SqlStore) -> None:
    with store.engine.begin() as connection:
        connection.execute(identity_links.insert(), [{"identifier": "ann", "customer": "bob"}])
    store.conversations.put([TICKET, replace(TICKET, id="s:2", customer="cid")])
    assert [store.conversations.get(id).customer for id in ("s:1", "s:2")] == ["bob", "cid"]
    assert store.conversations.put([TICKET]) == (0, 0)
