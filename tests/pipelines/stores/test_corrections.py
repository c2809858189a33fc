"""What people say of findings is kept in order, and what waits for them is told, over both databases."""

from datetime import UTC, datetime

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.corrections import Correction
from nlp.errors import UnknownName
from nlp.signal import Signal
from nlp.summary import summarise
from nlp.themes.theme import Assignment, Theme
from pipelines.stores.sql import SqlStore, migrate

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
LENGTHS = (8, 7, 12, 9, 11)
"""Of the segments s:0 to s:4; a second opinion is wanted of the first and the third."""


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    """Five messages, the last not abstained, of friction 10, 20, 30, 40, 50; the first three in a theme."""
    texts = ["x" * length for length in LENGTHS]
    talks = [
        Conversation(f"s:{n}", "s", Channel.CHAT, "c", AT, (Turn(0, Speaker.CUSTOMER, t, AT),))
        for n, t in enumerate(texts)
    ]
    store.conversations.put(talks)
    found = [
        Signal(
            Segment(f"s:{n}", 0, 0, length),
            "m",
            "refund",
            0.3,
            n < 4,
            (("refund", 0.3),),
            -0.5,
            (0.7 - n / 10, 0.1, 0.2),
            10.0 * n + 10,
            "use",
            0.8,
        )
        for n, length in enumerate(LENGTHS)
    ]
    summaries = [summarise(s.segment.conversation, [s], language="en") for s in found]
    store.signals.put("m", [talk.id for talk in talks], found, np.ones((5, 4), np.float32), summaries)
    placed = [Assignment(s.segment.id, "r", "t1", 0.9 - n / 10, AT) for n, s in enumerate(found[:3])]
    store.themes.put("r", [Theme("t1", "Broken", "", (), 3)], placed, np.zeros((3, 2), np.float32))
    return store


def say(store: SqlStore, who: str, n: int, value: str = "refund", kind: str = "intent") -> Correction:
    return store.corrections.add(Correction(0, AT, who, f"s:{n}#0:0", kind, value, "refund", "m"))


def test_corrections_come_back_as_they_were_said_in_order(filled: SqlStore) -> None:
    first, second = say(filled, "Ada", 0), say(filled, "Zo\xeb \x00", 1, "negative", "sentiment")
    assert (first.number, second.number) == (1, 2)
    assert filled.corrections.all() == [first, second]
    assert filled.corrections.all("sentiment") == [second]
    assert second.who == "Zoë \ufffd"
    assert first.at == AT


def test_what_the_model_will_not_vouch_for_waits_most_friction_first(filled: SqlStore) -> None:
    assert filled.corrections.doubtful("intent", "Ada") == [f"s:{n}#0:0" for n in (3, 2, 1, 0)]
    assert filled.corrections.doubtful("intent", "Ada", limit=1) == ["s:3#0:0"]
    assert filled.corrections.waiting("intent") == 4


def test_nobody_judges_twice_and_a_second_opinion_comes_first_where_it_is_wanted(filled: SqlStore) -> None:
    for n in range(4):
        say(filled, "Ada", n)
    assert filled.corrections.doubtful("intent", "Ada") == []
    assert filled.corrections.doubtful("intent", "Ben") == ["s:2#0:0", "s:0#0:0"]
    say(filled, "Cem", 2)
    assert filled.corrections.doubtful("intent", "Ben") == ["s:0#0:0"]
    assert filled.corrections.waiting("intent") == 0


def test_sure_feelings_and_the_least_typical_of_a_theme_wait_too(filled: SqlStore) -> None:
    assert filled.corrections.doubtful("sentiment", "Ada") == ["s:1#0:0", "s:0#0:0"]
    assert filled.corrections.doubtful("theme", "Ada") == ["s:2#0:0", "s:1#0:0", "s:0#0:0"]
    say(filled, "Ada", 2, "t1", "theme")
    assert filled.corrections.waiting("theme") == 2
    assert filled.corrections.waiting("intent") == 4


def test_an_unknown_kind_is_refused_with_those_there_are(filled: SqlStore) -> None:
    with pytest.raises(UnknownName, match="intent"):
        filled.corrections.doubtful("mood", "Ada")


def test_who_is_forgotten_is_forgotten_here_too(filled: SqlStore) -> None:
    say(filled, "Ada", 0)
    filled.sweep.forget(["c"])
    assert filled.corrections.all() == []


def test_the_table_goes_and_comes_with_the_schema(url: str) -> None:
    with SqlStore.open(url) as store:
        say(store, "Ada", 0)
        migrate(store._database, "0019")
        migrate(store._database)
        assert store.corrections.all() == []
