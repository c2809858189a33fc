"""Every database finds turns by words and by meaning, and no longer once they are changed, gone or forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.signal import Signal
from nlp.summary import summarise
from pipelines.search import parse
from pipelines.stores import open_store
from pipelines.stores.database import Database
from pipelines.stores.protocols import Filter, Place
from pipelines.stores.sql import SqlStore, migrate

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAID = (
    ("ann", "Where are my refunds? I was promised a refund <NAME>."),
    ("bob", "The café charged me twice, and nobody refunded me."),
    ("cid", "My parcel is late; the late-night courier never rang."),
)
LATE = "A zeppelin is later than my parcel."


def told(n: int, customer: str, said: str) -> Conversation:
    turns = (Turn(0, Speaker.CUSTOMER, said, MONDAY), Turn(1, Speaker.AGENT, "Your refund is on its way.", None))
    at = MONDAY + timedelta(days=n)
    return Conversation(f"s:{n}", "s", Channel.CALL if n else Channel.CHAT, customer, at, turns)


@pytest.fixture
def spoken(store: SqlStore) -> SqlStore:
    store.conversations.put(told(n, *said) for n, said in enumerate(SAID))
    return store


def found(store: SqlStore, asked: str, filter: Filter = Filter(), **others: str) -> set[tuple[str, int]]:
    return {(place.conversation, place.turn) for place in store.search.words(parse(asked), filter, **others)}


def annotate(store: SqlStore, vectors: list[list[float]]) -> None:
    """Two segments of each conversation's first turn."""
    ids, guess = [f"s:{n}" for n in range(len(SAID))], ("refund", 0.9)
    segments = [Segment(id, 0, start, start + 10) for id in ids for start in (0, 20)]
    signals = [Signal(s, "m", *guess, False, (guess,), -0.5, (0.7, 0.1, 0.2), 50.0, "use", 0.8) for s in segments]
    summaries = [summarise(id, signals[2 * n : 2 * n + 2], language="en") for n, id in enumerate(ids)]
    store.signals.put("m", ids, signals, np.array(vectors, np.float32), summaries, encoder="e1")


def test_words_are_met_by_their_stems_and_without_capitals(spoken: SqlStore) -> None:
    customers = {("s:0", 0), ("s:1", 0)}
    agents = {(f"s:{n}", 1) for n in range(3)}
    for asked in ("refund", "REFUNDS", "refunded", "refunding"):
        assert found(spoken, asked) == customers | agents
    assert found(spoken, "refund", speaker="customer") == customers
    assert found(spoken, "refunded nobody") == {("s:1", 0)}
    assert found(spoken, "Café") == {("s:1", 0)}
    assert found(spoken, "zeppelin") == set()


def test_phrases_exclusions_and_alternatives_are_kept_to(spoken: SqlStore) -> None:
    assert found(spoken, '"my parcel"') == found(spoken, '"late-night"') == {("s:2", 0)}
    assert found(spoken, '"parcel my"') == set()
    assert found(spoken, "refund -way") == {("s:0", 0), ("s:1", 0)}
    assert found(spoken, "parcel OR café -twice") == {("s:2", 0)}
    assert found(spoken, "charged parcel OR promised") == {("s:0", 0)}


@pytest.mark.parametrize(
    "asked",
    ['a"b', "NEAR(a b)", "text: x", "a* ^b", "'; DROP TABLE turns; --", "{x} : y", "a & | ! b <-> c", "\\x"],
)
def test_nothing_that_is_asked_for_is_an_operator(spoken: SqlStore, asked: str) -> None:
    assert found(spoken, asked) == set()


def test_every_filter_of_conversations_filters_what_is_found(spoken: SqlStore) -> None:
    assert found(spoken, "refund", Filter(customer="bob")) == {("s:1", 0), ("s:1", 1)}
    assert found(spoken, "refund", Filter(channel="chat")) == {("s:0", 0), ("s:0", 1)}
    assert found(spoken, "refund", Filter(since=MONDAY + timedelta(days=2))) == {("s:2", 1)}


def test_the_turn_that_says_it_most_comes_first_and_those_alike_by_place(spoken: SqlStore) -> None:
    places = spoken.search.words(parse("refund"), limit=2)
    assert [(p.conversation, p.turn) for p in places] == [("s:0", 0), ("s:0", 1)]
    assert places[0].score > places[1].score


def test_a_turn_is_read_with_what_was_met_in_it(spoken: SqlStore) -> None:
    places = [Place("s:1", 0, 0.0), Place("s:0", 0, 0.0), Place("s:9", 0, 0.0)]
    one, other = spoken.search.read(places, parse("refund promised OR nobody refunded"))
    assert (one.conversation, one.speaker, one.customer, one.at, one.channel) == (
        "s:1",
        Speaker.CUSTOMER,
        "bob",
        MONDAY,
        Channel.CALL,
    )
    assert [one.text[a:b] for a, b in one.met] == ["nobody refunded"]
    assert [other.text[a:b] for a, b in other.met] == ["refunds", "promised", "refund"]
    assert spoken.search.read(places[:1])[0].met == ()


def test_marks_that_a_customer_wrote_are_not_taken_for_ours(store: SqlStore) -> None:
    store.conversations.put([told(0, "ann", "my \ufdd0refund\ufdd1 and a refund")])
    (passage,) = store.search.read([Place("s:0", 0, 0.0)], parse("refund"))
    assert passage.met == ()


def test_what_is_changed_is_found_by_its_new_words_alone(spoken: SqlStore) -> None:
    spoken.conversations.put([told(2, "cid", LATE)])
    assert found(spoken, "zeppelin") == {("s:2", 0)}
    assert found(spoken, "courier") == set()


def test_a_forgotten_customer_is_found_no_longer(spoken: SqlStore) -> None:
    annotate(spoken, [[1, 0, 0, 0]] * 6)
    spoken.sweep.forget(["cid"])
    assert found(spoken, "parcel") == set()
    assert found(spoken, "refund", speaker="agent") == {("s:0", 1), ("s:1", 1)}
    near = spoken.search.near(np.array([1, 0, 0, 0], np.float32), encoder="e1")
    assert {place.conversation for place in near} == {"s:0", "s:1"}


def test_no_word_of_a_forgotten_customer_stays_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_store(f"sqlite:///{path}") as store:
        store.conversations.put(told(n, *said) for n, said in enumerate((*SAID, ("dan", "My xylophone is late."))))
        store.sweep.forget(["dan"])
    assert b"xylophon" not in path.read_bytes()
    assert b"parcel" in path.read_bytes()


def test_meaning_is_met_by_the_best_segment_of_a_turn_nearest_first(spoken: SqlStore) -> None:
    annotate(spoken, [[1, 0, 0, 0], [0, 1, 0, 0], [3, 4, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]])
    vector = np.array([2, 0, 0, 0], np.float32)
    places = spoken.search.near(vector, encoder="e1", least=0.1)
    assert [(p.conversation, p.turn, p.start, p.end) for p in places] == [("s:0", 0, 0, 10), ("s:1", 0, 0, 10)]
    assert [p.score for p in places] == pytest.approx([1.0, 0.6], abs=1e-3)
    assert spoken.search.near(vector, encoder="e1", least=0.1, limit=1) == places[:1]
    assert spoken.search.near(vector, Filter(customer="bob"), encoder="e1", least=0.1) == places[1:]
    assert spoken.search.near(vector, encoder="e2") == []
    assert spoken.search.near(np.ones(3, np.float32), encoder="e1") == []


def test_a_vector_that_is_no_number_is_near_nothing(spoken: SqlStore) -> None:
    annotate(spoken, [[np.inf, 0, 0, 0], [np.nan, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0]])
    near = spoken.search.near(np.array([1, 0, 0, 0], np.float32), encoder="e1", least=0.1)
    assert [place.conversation for place in near] == ["s:1", "s:2"]


def test_a_store_from_before_search_finds_what_it_holds(spoken: SqlStore, url: str) -> None:
    database = Database(url)
    migrate(database, "0014")
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM turns")).scalar_one() == 6
    database.engine.dispose()
    with open_store(url) as again:
        assert {p.conversation for p in again.search.words(parse("parcel"))} == {"s:2"}
        again.conversations.put([replace(told(2, *SAID[2]), customer="eve"), told(3, "ann", LATE)])
        assert {p.conversation for p in again.search.words(parse("parcel"))} == {"s:2", "s:3"}


def test_a_turn_of_a_million_characters_is_kept_and_found_by_how_it_begins(store: SqlStore) -> None:
    store.conversations.put([told(0, "ann", "zeppelin " + " ".join(f"w{n}é" for n in range(150_000)))])
    assert found(store, "zeppelin") == {("s:0", 0)}


def test_rows_keep_their_places_when_the_file_is_packed(tmp_path: Path) -> None:
    with SqlStore.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.conversations.put(told(n, *said) for n, said in enumerate(SAID))
        store.sweep.forget(["ann"])
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.connection.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
        store.conversations.put([told(7, "gus", LATE)])
        passages = store.search.read(store.search.words(parse("parcel")), parse("parcel"))
    assert sorted((p.conversation, [p.text[a:b] for a, b in p.met]) for p in passages) == [
        ("s:2", ["parcel"]),
        ("s:7", ["parcel"]),
    ]
