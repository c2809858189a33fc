"""Every database tells alike which conversations tell a theme, and keeps what a discovery says of itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.signal import Signal, Summary
from nlp.themes.quality import Quality
from nlp.themes.theme import Assignment, Theme
from pipelines.stores.database import Database
from pipelines.stores.protocols import Filter
from pipelines.stores.sql import SqlStore, migrate

START = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
DAY = timedelta(days=1)
QUALITY = Quality("r1", START, 5, 2, 0.2, 0.75, None, 0.0, 0.5, 0.01, {"t1": 0.75}, ("few",))


def put(store: SqlStore, run: str = "r1", themes: Sequence[str | None] = ("t1", "t1", "t2", None, "t1")) -> None:
    """A conversation a day of two segments, the last of one; both of the first tell t1."""
    store.conversations.put(conversation(n) for n in range(3))
    segments = [Segment(f"s:{n // 2}", 0, n % 2 * 4, n % 2 * 4 + 4) for n in range(5)]
    ids = [f"s:{n}" for n in range(3)]
    store.signals.put("m", ids, [signal(s) for s in segments], np.eye(5, 8, dtype=np.float32), [told(c) for c in ids])
    known = [Theme(id, id, "", (), 1) for id in ("t1", "t2")]
    assigned = [Assignment(s.id, run, theme, 0.5, START) for s, theme in zip(segments, themes, strict=True)]
    store.themes.put(run, known, assigned, np.zeros((5, 2), np.float32), quality=QUALITY if run == "r1" else None)


def conversation(n: int) -> Conversation:
    at = START + n * DAY
    return Conversation(
        f"s:{n}", "s", Channel.CHAT, "ann", at, (Turn(0, Speaker.CUSTOMER, "Bad. Bad.", at),), {"csat": n}
    )


def signal(segment: Segment) -> Signal:
    return Signal(segment, "m", "help", 0.9, False, (), -0.5, (0.7, 0.1, 0.2), 50.0, "use", 0.5)


def told(id: str) -> Summary:
    return Summary(id, "help", 0.9, False, -0.5, -0.5, -0.5, -0.5, 50.0, 0.0, 0.0, "use", 0.5, "said", "en")


def test_a_conversation_tells_a_theme_once(store: SqlStore) -> None:
    put(store)
    assert list(store.tellings.pairs()) == [("s:0", "t1"), ("s:1", "t2"), ("s:2", "t1")]


def test_a_filter_leaves_conversations_out(store: SqlStore) -> None:
    put(store)
    late = Filter(since=START + DAY)
    assert (
        [id for id, _ in store.tellings.pairs(late)] == [id for id, _ in store.tellings.facts(late)] == ["s:1", "s:2"]
    )


def test_facts_are_what_came_with_a_conversation(store: SqlStore) -> None:
    put(store)
    assert list(store.tellings.facts()) == [(f"s:{n}", {"csat": n}) for n in range(3)]


def test_only_the_current_discovery_counts_and_what_came_later_is_not_fitted(store: SqlStore) -> None:
    put(store)
    put(store, "r2", (None, None, None, None, "t2"))
    store.conversations.put([conversation(9)])
    late = Segment("s:9", 0, 0, 4)
    store.signals.put("m", ["s:9"], [signal(late)], np.eye(1, 8, dtype=np.float32), [told("s:9")])
    store.themes.assign([Assignment(late.id, "r2", "t2", 0.5, START)])
    assert [theme for _, theme in store.tellings.pairs()] == ["t2", "t2"]
    assert len(store.tellings.fitted()) == 5
    assert late.id not in store.tellings.fitted()


def test_an_empty_store_tells_nothing(store: SqlStore) -> None:
    assert (list(store.tellings.pairs()), store.tellings.fitted()) == ([], set())
    assert store.qualities.page() == []


def test_what_a_discovery_says_of_itself_comes_back_newest_first(store: SqlStore) -> None:
    put(store)
    put(store, "r2")
    assert store.qualities.of("r1") == QUALITY
    assert store.qualities.of("r2") is None
    assert store.qualities.page() == [QUALITY]
    put(store)
    assert store.qualities.page() == [QUALITY]


@pytest.mark.parametrize("revision", ["0009"])
def test_a_store_of_before_takes_qualities_once_it_is_opened(store: SqlStore, url: str, revision: str) -> None:
    put(store)
    database = Database(url)
    migrate(database, revision)
    migrate(database)
    database.engine.dispose()
    assert store.qualities.page() == []
    assert store.themes.current_run() == "r1"
    put(store)
    assert store.qualities.of("r1") == QUALITY
