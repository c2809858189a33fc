"""Every database passes this file: what is put comes back, twice put is once put, and figures add up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import inspect

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Customer, Event
from nlp.errors import BadInput, NotFound, StoreError, UnknownName
from nlp.identity.claim import Claim, Conflict, Decision, Match
from nlp.signal import Entity, Evidence, Signal, Summary
from nlp.themes.edits import Edit
from nlp.themes.lineage import Fact
from nlp.themes.proposals import Proposal
from nlp.themes.theme import Assignment, Fix, Note, Part, Theme
from pipelines.edits import edit, log, refresh, replayed
from pipelines.identity import resolve
from pipelines.journeys import shipped, stages
from pipelines.movements import ranked
from pipelines.overview import overview, weekly
from pipelines.past import known
from pipelines.stores import open_store
from pipelines.stores.database import Database
from pipelines.stores.protocols import Filter, Run
from pipelines.stores.schema import metadata
from pipelines.stores.sql import SqlStore, migrate

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEARCH = ("turn_words", "turn_places")
"""Tables of the full text index, which the database keeps itself."""


def conversation(n: int, customer: str = "ann", text: str = "Café 😀 Late. My parcel is late!") -> Conversation:
    turns = (Turn(0, Speaker.CUSTOMER, text, MONDAY), Turn(1, Speaker.AGENT, "Sorry.", None))
    channel = Channel.TICKET if n % 2 else Channel.CALL
    return Conversation(
        f"s:{n}", "s", channel, customer, MONDAY + timedelta(days=4 * n), turns, {"csat": n, "é": "\x00"}
    )


def signal(c: str, start: int = 13, friction: float = 50.0, intent: str = "delivery") -> Signal:
    segment = Segment(c, 0, start, start + 18)
    intents = ((intent, 0.75), ("refund", 0.125))
    evidence = (Evidence("late", 20, 24),)
    return Signal(segment, "m1", intent, 0.75, False, intents, -0.5, (0.75, 0.0, 0.25), friction, "use", 0.5, evidence)


def summary(c: str, leaving: float = 0.0, stage: str = "use") -> Summary:
    return Summary(c, "delivery", 0.75, False, -0.5, 0.0, -0.5, -0.5, 50.0, 0.25, leaving, stage, 0.5, "late", "en")


def annotate(store: SqlStore, ns: range, model: str = "m1") -> list[str]:
    ids = [f"s:{n}" for n in ns]
    signals = [signal(id, friction=10.0 * n) for id, n in zip(ids, ns, strict=True)]
    summaries = [summary(id, leaving=0.5 if n > 2 else 0.0) for id, n in zip(ids, ns, strict=True)]
    store.signals.put(model, ids, signals, np.eye(len(ids), 4, dtype=np.float32), summaries)
    return [s.segment.id for s in signals]


@pytest.fixture
def themed(store: SqlStore) -> SqlStore:
    """Four conversations, a segment each of friction 10..40: two in t1, one in t2, one in no theme."""
    store.conversations.put(conversation(n, "ann" if n < 3 else "bob") for n in range(1, 5))
    segments = annotate(store, range(1, 5))
    themes = [Theme("t2", "Two", "", ("b",), 1), Theme("t1", "One", "d", ("a", "late"), 2, (segments[2],), 0.5, 1.0)]
    members = zip(segments, ("t1", "t2", "t1", None), (0.9, 0.8, 0.7, 0.0), strict=True)
    assignments = [Assignment(s, "r1", theme, p, MONDAY) for s, theme, p in members]
    store.themes.put("r1", themes, assignments, np.ones((4, 2), np.float32))
    return store


def test_a_conversation_put_twice_is_added_once(store: SqlStore) -> None:
    assert store.conversations.put([conversation(1), conversation(2)]) == (2, 0)
    assert store.conversations.put([conversation(1), conversation(2)]) == (0, 0)
    assert store.conversations.get("s:1") == conversation(1)
    assert store.conversations.put([conversation(1, text="Other."), conversation(3)]) == (1, 1)
    assert store.conversations.get("s:1").turns[0].text == "Other."
    assert store.conversations.count() == 3


def test_a_conversation_twice_in_one_put_is_added_then_changed(store: SqlStore) -> None:
    assert store.conversations.put([conversation(1), conversation(1), conversation(1, text="Other.")]) == (1, 1)


def test_what_takes_back_a_row_is_kept_in_memory_and_what_a_sort_needs_in_a_file(tmp_path: Path) -> None:
    file, memory = 1, 2
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.conversations.put([conversation(1)])
        raw = store.engine.raw_connection()
        kept = raw.cursor().execute("PRAGMA temp_store").fetchone()
        raw.close()
        assert kept == (memory,)
        database = Database(store.url)
        for begun, place in (
            (database.write(rows=True), memory),
            (database.read(), file),
            (database.write(rows=True), memory),
            (database.write(), file),
        ):
            with begun as connection:
                assert connection.exec_driver_sql("PRAGMA temp_store").scalar() == place
        database.engine.dispose()


def test_times_come_back_aware_in_utc(store: SqlStore) -> None:
    there = conversation(1).started_at.astimezone(timezone(timedelta(hours=5)))
    store.conversations.put([replace(conversation(1), started_at=there)])
    found = store.conversations.get("s:1").started_at
    assert (found, found.tzinfo) == (there, UTC)
    with pytest.raises(StoreError, match="no time zone"):
        store.conversations.put([replace(conversation(2), started_at=datetime(2026, 1, 1))])  # noqa: DTZ001


def test_characters_that_a_database_refuses_are_replaced_in_place(store: SqlStore) -> None:
    store.conversations.put([conversation(1, text="a\x00b\ud800c")])
    assert store.conversations.get("s:1").turns[0].text == "a\ufffdb\ufffdc"
    assert store.conversations.put([conversation(1, text="a\x00b\ud800c")]) == (0, 0)


def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    for get in (store.conversations.get, store.themes.get, store.customers.get):
        with pytest.raises(NotFound, match="nobody"):
            get("nobody")


def test_a_changed_conversation_is_pending_again_and_loses_its_findings(themed: SqlStore) -> None:
    assert list(themed.conversations.pending("m1")) == []
    themed.conversations.put([conversation(1, text="Other.")])
    assert [[c.id for c in batch] for batch in themed.conversations.pending("m1")] == [["s:1"]]
    assert themed.signals.of("s:1") == []
    assert themed.signals.summary("s:1") is None
    assert themed.signals.embedded() == 3
    assert [row["segments"] for row in ranked(themed)] == [1, 1]


def test_pending_comes_in_batches_by_id_while_others_are_annotated(store: SqlStore) -> None:
    store.conversations.put(conversation(n) for n in range(1, 6))
    seen = []
    assert store.conversations.waiting("m1") == sum(map(len, store.conversations.pending("m1")))
    for batch in store.conversations.pending("m1", batch=2):
        seen.append([c.id for c in batch])
        store.signals.put("m1", seen[-1], [], np.zeros((0, 4), np.float32), [])
    assert seen == [["s:1", "s:2"], ["s:3", "s:4"], ["s:5"]]
    assert len(list(store.conversations.pending("m2"))) == 1
    store.conversations.put([conversation(3, text="Other."), conversation(6)])
    never = [c.id for batch in store.conversations.pending("m2", anew=False) for c in batch]
    assert never == ["s:3", "s:6"]


def test_what_waits_and_what_hurts_is_told_of_some_conversations_alone(themed: SqlStore) -> None:
    themed.conversations.put([conversation(5), conversation(6)])
    assert [[c.id for c in batch] for batch in themed.conversations.pending("m1", of=["s:1", "s:6"])] == [["s:6"]]
    assert themed.signals.bearing(15.0, of=["s:1", "s:3", "s:6"])[0] == ["s:3#0:13"]
    assert themed.signals.bearing(15.0, of=[])[0] == []


def test_pages_go_newest_first_and_on_after_the_last(themed: SqlStore) -> None:
    first = themed.conversations.page(Filter(), limit=3)
    assert [c.id for c, _ in first] == ["s:4", "s:3", "s:2"]
    assert first[0][1] == summary("s:4", leaving=0.5)
    assert [c.id for c, _ in themed.conversations.page(Filter(), after="s:2")] == ["s:1"]


def test_every_field_of_a_filter_filters(themed: SqlStore) -> None:
    second = conversation(2).started_at
    filters = [
        Filter(since=second),
        Filter(until=second),
        Filter(channel="call"),
        Filter(stage="use"),
        Filter(theme="t1"),
    ]
    filters += [Filter(intent="refund"), Filter(customer="bob"), Filter(source="other")]
    assert [themed.conversations.count(f) for f in filters] == [3, 1, 2, 4, 2, 0, 2, 0]


def test_signals_come_back_as_put_and_are_replaced(store: SqlStore) -> None:
    store.conversations.put([conversation(1)])
    vectors = np.zeros((2, 4), np.float32)
    store.signals.put("m1", ["s:1"], [signal("s:1"), signal("s:1", 0)], vectors, [summary("s:1")])
    assert store.signals.of("s:1") == [signal("s:1", 0), signal("s:1")]
    store.signals.put("m2", ["s:1"], [signal("s:1")], vectors[:1], [summary("s:1", 1.0)])
    assert store.signals.of("s:1") == [signal("s:1")]
    assert store.signals.summary("s:1") == summary("s:1", 1.0)
    assert store.signals.embedded() == 1


def test_findings_that_do_not_belong_are_refused_and_leave_the_store_as_it_was(store: SqlStore) -> None:
    store.conversations.put([conversation(1)])
    with pytest.raises(StoreError, match="embeddings"):
        store.signals.put("m1", ["s:1"], [signal("s:1")], np.zeros((0, 4), np.float32), [])
    with pytest.raises(StoreError, match="s:9"):
        store.signals.put("m1", ["s:1", "s:9"], [], np.zeros((0, 4), np.float32), [])
    assert len(list(store.conversations.pending("m1"))) == 1


def test_bearing_segments_come_by_id_with_their_text_and_without_the_intent_none(store: SqlStore) -> None:
    store.conversations.put(conversation(n) for n in (2, 1, 3))
    found = [signal("s:2", friction=20.0), signal("s:1"), signal("s:1", 0, 5.0), signal("s:3", intent="none")]
    vectors = np.arange(16, dtype=np.float32).reshape(4, 4)
    store.signals.put("m1", ["s:1", "s:2", "s:3"], found, vectors, [])
    ids, texts, embeddings, friction = store.signals.bearing(20.0)
    assert (ids, texts) == (["s:1#0:13", "s:2#0:13"], ["My parcel is late!"] * 2)
    assert embeddings.tolist() == vectors[[1, 0]].tolist()
    assert (friction.tolist(), embeddings.dtype, friction.dtype) == ([50.0, 20.0], np.float32, np.float32)
    assert store.signals.bearing(99.0)[0] == []


def test_quotes_come_in_the_order_asked_for(themed: SqlStore) -> None:
    quotes = themed.signals.quotes(["s:4#0:13", "unknown", "s:1#0:13"])
    assert [(q.segment.conversation, q.theme, q.channel) for q in quotes] == [
        ("s:4", None, "call"),
        ("s:1", "t1", "ticket"),
    ]
    assert (quotes[0].text, quotes[0].at) == ("My parcel is late!", MONDAY)


def test_themes_are_ranked_by_total_friction(themed: SqlStore) -> None:
    one, two = ranked(themed)
    assert (one["id"], one["terms"], one["segments"], one["conversations"], one["customers"]) == (
        "t1",
        ["a", "late"],
        2,
        2,
        2,
    )
    assert (one["friction"], one["pain"], one["sentiment"], one["leaving"]) == (20.0, 0.4, -0.5, 1)
    assert (one["first_seen"], one["stage"], one["channels"]) == (date(2026, 3, 6), "use", {"ticket": 2})
    assert two["channels"] == {"call": 1}
    assert [row["id"] for row in ranked(themed, Filter(channel="call"))] == ["t2"]
    assert (themed.themes.unassigned(), themed.themes.unassigned(Filter(customer="ann"))) == (1, 0)


def test_a_trend_counts_by_the_monday_of_the_week(themed: SqlStore) -> None:
    themed.rollups.refresh()
    trend = weekly(themed.rollups.daily(), "t1")
    assert [(row["week"], row["segments"], row["friction"]) for row in trend] == [
        (date(2026, 3, 2), 1, 10.0),
        (date(2026, 3, 9), 1, 30.0),
    ]
    assert sum(row["segments"] for row in weekly(themed.rollups.daily())) == 4


def test_stages_and_points_and_quotes_of_themes(themed: SqlStore) -> None:
    points = themed.themes.points(limit=2)
    assert [(p["segment"], p["x"], p["theme"], p["at"]) for p in points] == [
        ("s:1#0:13", 1.0, "t1", MONDAY),
        ("s:2#0:13", 1.0, "t2", MONDAY),
    ]
    assert [q.segment.conversation for q in themed.themes.quotes("t1")] == ["s:3", "s:1"]
    assert [q.segment.conversation for q in themed.themes.quotes("t1", limit=1, offset=1)] == ["s:1"]


def test_a_theme_keeps_its_parts_and_each_parts_quotes(store: SqlStore) -> None:
    store.conversations.put(conversation(n) for n in range(1, 4))
    segments = annotate(store, range(1, 4))
    parts = (Part("Parcel late", ("late",), 2), Part("Parcel lost", (), 1))
    members = [Assignment(s, "r1", "t1", 0.9, MONDAY, part) for s, part in zip(segments, (0, 1, None), strict=True)]
    store.themes.put("r1", [Theme("t1", "One", "", (), 3, parts=parts)], members, np.zeros((3, 2), np.float32))
    assert store.themes.get("t1").parts == store.themes.found()[0].parts == parts
    assert [[q.segment.id for q in store.themes.quotes("t1", part=part)] for part in (0, 1)] == [
        [segments[0]],
        [segments[1]],
    ]
    edit(store, said("move", segments=(segments[0],)))
    assert store.themes.quotes("t1", part=0) == []


def test_the_latest_discovery_is_the_current_one_and_takes_new_segments(themed: SqlStore) -> None:
    themed.themes.put("r2", [Theme("t1", "One", "", (), 0)], [], np.zeros((0, 2), np.float32))
    assert (themed.themes.current_run(), [t.id for t in themed.themes.current()]) == ("r2", ["t1"])
    new = Assignment("s:4#0:13", "r2", "t1", 0.5, MONDAY)
    for _ in range(2):
        themed.themes.assign([new])
    assert [row["segments"] for row in ranked(themed)] == [1]
    with pytest.raises(StoreError, match="r1"):
        themed.themes.assign([replace(new, run="r1")])


def test_a_discovery_keeps_its_artefact_and_tells_members_and_all_ids_ever_given(themed: SqlStore) -> None:
    assert themed.themes.artefact() is None
    assert themed.themes.members() == {"s:1#0:13": "t1", "s:2#0:13": "t2", "s:3#0:13": "t1", "s:4#0:13": None}
    themed.themes.put("r2", [Theme("t3", "Three", "", (), 0)], [], np.zeros((0, 2), np.float32), b"\x00\xff")
    assert themed.themes.artefact() == themed.themes.artefact("r2") == b"\x00\xff"
    assert themed.themes.artefact("r1") is None
    assert (themed.themes.members(), themed.themes.names()) == ({}, {"t1": "One", "t2": "Two", "t3": "Three"})


def test_lineage_comes_back_by_theme_and_run_and_is_replaced_with_its_run(themed: SqlStore) -> None:
    nothing, later = np.zeros((0, 2), np.float32), MONDAY + timedelta(days=9)
    kept, born = Fact("r2", later, "t2", "continued", "", 0.75), Fact("r2", later, "t1", "split from", "t9", 0.5)
    for facts in ([replace(kept, kind="born")], [kept, born]):
        themed.themes.put("r2", [], [], nothing, facts=facts)
    dead = Fact("r3", later, "t2", "merged into", "t1", 1.0)
    themed.themes.put("r3", [], [], nothing, facts=[dead])
    assert list(themed.lineage.all()) == [born, kept, dead]
    assert themed.lineage.of("t1") == [born, dead]
    assert (themed.lineage.of("t9"), themed.lineage.of("t4")) == ([born], [])


def test_a_store_from_before_lineage_tells_it_by_the_ids_that_were_given(themed: SqlStore, url: str) -> None:
    later, segment = MONDAY + timedelta(days=9), themed.signals.of("s:1")[0].segment.id
    themes = [Theme("t1", "One", "", (), 1), Theme("t3", "Three", "", (), 0)]
    themed.themes.put("r0", themes, [Assignment(segment, "r0", "t1", 1.0, later)], np.ones((1, 2), np.float32))
    database = Database(url)
    migrate(database, "0003")
    database.engine.dispose()
    with open_store(url) as again:
        told = [(f.run, f.theme, f.kind, f.at) for f in again.lineage.all()]
    assert told == [
        ("r1", "t1", "born", MONDAY),
        ("r1", "t2", "born", MONDAY),
        ("r0", "t1", "continued", later),
        ("r0", "t3", "born", later),
    ]


def said(kind: str, after: int = 1, **fields: Any) -> Edit:
    return Edit(0, MONDAY + timedelta(days=after), "eve", kind, **fields)


def test_edits_come_back_in_the_order_of_their_numbers(store: SqlStore) -> None:
    whole = {
        "theme": "t1",
        "other": "s1",
        "segments": ("a", "é"),
        "text": "\x00?",
        "day": date(2026, 4, 1),
        "undoes": 3,
    }
    assert store.edits.last() == 0
    added = [store.edits.add(edit) for edit in (said("split", **whole), said("pin", theme="t1"))]
    whole["text"] = "\ufffd?"  # as in every text: PostgreSQL refuses NULs
    assert added == [replace(said("split", **whole), number=1), replace(said("pin", theme="t1"), number=2)]
    assert (store.edits.all(), store.edits.last()) == (added, 2)


def test_what_people_say_of_a_theme_is_shown_and_what_was_found_is_kept(themed: SqlStore) -> None:
    found = themed.themes.found()
    edit(themed, said("rename", theme="t2", text="Billed twice"))
    edit(themed, said("note", theme="t2", text="Ask accounting."))
    edit(themed, said("fixed", theme="t2", day=date(2026, 4, 1)))
    edit(themed, said("owner", theme="t2", text="Ben"))
    edit(themed, said("pin", theme="t2"))
    two = themed.themes.get("t2")
    assert (two.name, two.owner, two.pinned, two.hidden) == ("Billed twice", "Ben", True, False)
    assert two.notes == (Note(MONDAY + timedelta(days=1), "eve", "Ask accounting."),)
    assert two.fixes == (Fix(MONDAY + timedelta(days=1), "eve", date(2026, 4, 1)),)
    assert [(row["id"], row["pinned"], row["owner"]) for row in ranked(themed)] == [
        ("t2", True, "Ben"),
        ("t1", False, ""),
    ]
    assert themed.themes.found() == found


def test_a_hidden_theme_is_in_no_ranking_and_still_found_by_its_id(themed: SqlStore) -> None:
    edit(themed, said("hide", theme="t1"))
    assert [row["id"] for row in ranked(themed)] == ["t2"]
    assert {theme["id"] for row in stages(themed, shipped()) for theme in row["themes"]} == {"t2"}
    assert overview(themed)["themes"] == 1
    assert themed.themes.get("t1").hidden
    edit(themed, said("undo", undoes=1))
    assert not themed.themes.get("t1").hidden


def test_a_merge_moves_the_segments_and_an_undo_moves_them_back(themed: SqlStore) -> None:
    edit(themed, said("merge", theme="t2", other="t1"))
    assert [(row["id"], row["segments"]) for row in ranked(themed)] == [("t1", 3)]
    assert [q.segment.conversation for q in themed.themes.quotes("t1")] == ["s:3", "s:1", "s:2"]
    assert themed.themes.members(found=True)["s:2#0:13"] == "t2"
    assert themed.themes.names() == {"t1": "One", "t2": "Two"}
    with pytest.raises(NotFound, match="t2"):
        themed.themes.get("t2")
    edit(themed, said("undo", 2, undoes=1))
    assert [(row["id"], row["segments"]) for row in ranked(themed)] == [("t1", 2), ("t2", 1)]


def test_quotes_are_split_off_and_moved(themed: SqlStore) -> None:
    assert edit(themed, said("split", theme="t1", segments=("s:3#0:13",), text="Lost")).other == "s1"
    assert [(t.id, t.name) for t in themed.themes.current()] == [("s1", "Lost"), ("t1", "One"), ("t2", "Two")]
    edit(themed, said("move", theme="s1", segments=("s:4#0:13",)))
    edit(themed, said("move", segments=("s:2#0:13",)))
    assert themed.themes.members() == {"s:1#0:13": "t1", "s:2#0:13": None, "s:3#0:13": "s1", "s:4#0:13": "s1"}
    assert [line.edit.kind for line in log(themed, "s1")] == ["move", "split"]


def test_what_was_known_before_an_edit_stays_known(themed: SqlStore) -> None:
    edit(themed, said("merge", 1, theme="t2", other="t1"))
    edit(themed, said("undo", 2, undoes=1))
    told = [(m.assignment.theme, m.assignment.assigned_at) for m in themed.themes.mentions() if m.conversation == "s:2"]
    assert told == [("t2", MONDAY), ("t1", MONDAY + timedelta(days=1)), ("t2", MONDAY + timedelta(days=2))]
    themed.conversations.put([conversation(2, text="Other.")])
    assert [m.conversation for m in themed.themes.mentions()] == ["s:1", "s:3", "s:4"]


def test_edits_hold_for_segments_that_come_later(themed: SqlStore) -> None:
    edit(themed, said("merge", theme="t2", other="t1"))
    themed.conversations.put([conversation(5)])
    new = Assignment(annotate(themed, range(5, 6))[0], "r1", "t2", 0.5, MONDAY + timedelta(days=2))
    themed.themes.assign([new], replayed(themed))
    assert (themed.themes.members()[new.segment], themed.themes.placed([new.segment])) == ("t1", {new.segment: "t2"})
    edit(themed, said("undo", 3, undoes=1))
    assert themed.themes.members()[new.segment] == "t2"


def test_an_edit_that_a_later_discovery_cannot_hold_is_told_as_a_conflict(themed: SqlStore) -> None:
    edit(themed, said("rename", theme="t2", text="Billed twice"))
    themed.themes.put("r2", [Theme("t1", "One", "", (), 0)], [], np.zeros((0, 2), np.float32))
    refresh(themed, at=MONDAY)
    (line,) = log(themed)
    assert (line.counts, line.conflict) == (True, "t2 is not found now: what is said of it waits")
    themed.themes.put("r3", [Theme("t2", "Two", "", (), 0)], [], np.zeros((0, 2), np.float32))
    refresh(themed, at=MONDAY)
    assert ([t.name for t in themed.themes.current()], log(themed)[0].conflict) == (["Billed twice"], "")


@pytest.mark.parametrize(
    ("wrong", "error", "why"),
    [
        (said("paint", theme="t1"), UnknownName, "rename"),
        (replace(said("pin", theme="t1"), who=" "), BadInput, "who"),
        (said("pin", theme="t9"), NotFound, "t9"),
        (said("merge", theme="t1", other="t9"), NotFound, "t9"),
        (said("merge", theme="t1", other="t1"), BadInput, "itself"),
        (said("rename", theme="t1", text=" "), BadInput, "text"),
        (said("rename", theme="t1", text="TWO"), BadInput, "t2"),
        (said("rename", theme="t1", text="x" * 201), BadInput, "200"),
        (said("note", theme="t1"), BadInput, "text"),
        (said("fixed", theme="t1"), BadInput, "day"),
        (said("split", theme="t1", text="X"), BadInput, "segments"),
        (said("split", theme="t1", text="X", segments=("s:2#0:13",)), BadInput, "not in t1"),
        (said("move", theme="t1", segments=("nowhere",)), NotFound, "nowhere"),
        (said("undo", undoes=7), NotFound, "7"),
    ],
)
def test_an_edit_that_says_nothing_that_can_be_done_is_refused(
    themed: SqlStore, wrong: Edit, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        edit(themed, wrong)
    assert themed.edits.all() == []


def test_what_was_known_before_a_moment_holds_no_later_segment_edit_or_discovery(themed: SqlStore) -> None:
    def told(days: float) -> tuple[str | None, dict[str, tuple[str, int]], str | None]:
        found = known(themed, MONDAY + timedelta(days=days))
        return found.run, {t.id: (t.name, t.size) for t in found.themes}, found.members.get("s:2#0:13")

    themed.conversations.put([conversation(5)])
    new = Assignment(annotate(themed, range(5, 6))[0], "r1", "t2", 0.5, MONDAY + timedelta(days=2))
    edit(themed, said("rename", 1, theme="t2", text="Billed"))
    themed.themes.assign([new], replayed(themed))
    edit(themed, said("merge", 3, theme="t2", other="t1"))
    edit(themed, said("undo", 4, undoes=2))
    members = [Assignment("s:2#0:13", "r2", "t9", 1.0, MONDAY + timedelta(days=5))]
    themed.themes.put("r2", [Theme("t9", "Nine", "", (), 1)], members, np.zeros((1, 2), np.float32))
    assert told(0) == (None, {}, None)
    assert told(0.5) == ("r1", {"t1": ("One", 2), "t2": ("Two", 1)}, "t2")
    assert told(1.5) == ("r1", {"t1": ("One", 2), "t2": ("Billed", 1)}, "t2")
    assert told(2.5) == ("r1", {"t1": ("One", 2), "t2": ("Billed", 2)}, "t2")
    assert told(3.5) == ("r1", {"t1": ("One", 4)}, "t1")
    assert told(4.5) == ("r1", {"t1": ("One", 2), "t2": ("Billed", 2)}, "t2")
    assert told(5.5) == ("r2", {"t9": ("Nine", 1)}, "t9")


def test_what_is_known_now_is_what_is_shown(themed: SqlStore) -> None:
    edit(themed, said("split", 1, theme="t1", segments=("s:3#0:13",), text="Lost"))
    edit(themed, said("move", 2, theme="s1", segments=("s:4#0:13",)))
    edit(themed, said("hide", 3, theme="t2"))
    found = known(themed, MONDAY + timedelta(days=9))
    assert found.members == themed.themes.members()
    assert [(t.id, t.name, t.hidden) for t in found.themes] == [
        ("s1", "Lost", False),
        ("t1", "One", False),
        ("t2", "Two", True),
    ]


def test_segments_in_no_theme_are_told_with_whether_they_came_since_the_discovery(themed: SqlStore) -> None:
    themed.conversations.put([conversation(5)])
    new = annotate(themed, range(5, 6))[0]
    themed.themes.assign([Assignment(new, "r1", None, 0.0, MONDAY)])
    assert themed.themes.themeless() == {"s:4#0:13": False, new: True}
    assert themed.signals.bearing(0.0, themeless=True)[0] == ["s:4#0:13", new]
    edit(themed, said("move", theme="t1", segments=(new,)))
    edit(themed, said("move", segments=("s:1#0:13",)))
    assert themed.themes.themeless() == {"s:4#0:13": False}


def test_proposals_are_those_of_the_current_run_and_replaced(themed: SqlStore) -> None:
    first, then = Proposal(MONDAY, ("a", "b"), 1, ("é",)), Proposal(MONDAY, ("c",), 1, ())
    themed.proposals.put("r1", [then])
    themed.proposals.put("r1", [first, then])
    assert themed.proposals.current() == [first, then]
    themed.themes.put("r2", [], [], np.zeros((0, 2), np.float32))
    assert themed.proposals.current() == []


def test_a_store_from_before_edits_shows_what_it_showed(themed: SqlStore, url: str) -> None:
    before = themed.themes.current(), themed.themes.members()
    edit(themed, said("note", theme="t1", text="Gone with the older schema."))
    database = Database(url)
    migrate(database, "0004")
    database.engine.dispose()
    with open_store(url) as again:
        assert (again.themes.current(), again.themes.members()) == before
        assert (again.themes.found(), again.themes.members(found=True)) == before
        assert again.edits.all() == []


def test_unplaced_segments_are_those_that_the_current_discovery_has_not_looked_at(themed: SqlStore) -> None:
    assert themed.signals.bearing(0.0, unplaced=True)[0] == []
    themed.conversations.put([conversation(5)])
    annotate(themed, range(5, 6))
    assert themed.signals.bearing(0.0, unplaced=True)[0] == ["s:5#0:13"]
    themed.themes.put("r2", [], [], np.zeros((0, 2), np.float32))
    assert len(themed.signals.bearing(0.0, unplaced=True)[0]) == 5


def test_customers_found_to_be_one_stay_one_after_a_second_import_and_can_be_parted(store: SqlStore) -> None:
    store.conversations.put([conversation(1, "a"), conversation(2, "b"), conversation(3, "c")])
    store.events.put([Event("e", "a", "ordered", MONDAY)])
    store.customers.put([Customer("a", {"plan": "old", "city": "Graz"}), Customer("b", {"plan": "new"})])
    assert store.identity.settle({"a": "b", "c": "b"}, []) == 2
    assert [store.conversations.get(f"s:{n}").customer for n in (1, 2, 3)] == ["b", "b", "b"]
    assert store.conversations.put([conversation(1, "a")]) == (0, 0)
    assert store.customers.get("b").attributes == {"plan": "new", "city": "Graz"}
    assert list(store.customers.all()) == [Customer("b", {"plan": "new", "city": "Graz"})]
    with pytest.raises(NotFound, match="one with 'b'"):
        store.customers.get("a")
    store.events.put([Event("f", "a", "renewed", MONDAY)])
    assert [event.id for event in store.events.of("b")] == ["e", "f"]
    assert store.conversations.put([conversation(4, "a")]) == (1, 0)
    assert store.conversations.get("s:4").customer == "b"
    assert store.identity.settle({"a": "b", "c": "b"}, []) == 0
    assert store.identity.settle({}, []) == 3
    assert [store.conversations.get(f"s:{n}").customer for n in (1, 2, 3)] == ["a", "b", "c"]
    assert store.customers.get("a").attributes == {"plan": "old", "city": "Graz"}
    assert [event.id for event in store.events.of("a")] == ["e", "f"]


def test_claims_and_decisions_are_added_and_links_and_conflicts_replaced(store: SqlStore) -> None:
    found = [Claim("r1", "a", "crm", "id"), Claim("r1", "b", "crm", "email")]
    assert (store.identity.claim(found), store.identity.claim(found)) == (2, 0)
    assert list(store.identity.claims()) == found
    hand = store.identity.decide(Decision("link", "a", "b", MONDAY, "Ada", "the same\x00"))
    assert store.identity.decide(hand) == replace(hand, number=2)
    assert store.identity.decisions() == [hand, replace(hand, number=2)]
    assert (hand.number, hand.note) == (1, "the same\ufffd")
    for links in ({"i": "a", "j": "a"}, {"j": "b"}):
        store.identity.settle(links, [Conflict("p", "phone", ("a", "b"), "two")])
        assert store.identity.links() == links
    assert store.identity.conflicts() == [Conflict("p", "phone", ("a", "b"), "two")]


def test_traits_and_matches_come_back_as_put(store: SqlStore) -> None:
    traits = {"a": {"email": ["1"]}, "b": {"name": ["2", "3"]}}
    assert (store.identity.describe(traits.items()), store.identity.describe(traits.items())) == (2, 0)
    assert store.identity.describe([("a", {"email": ["0"]})]) == 1
    assert dict(store.identity.traits()) == traits | {"a": {"email": ["0", "1"]}}
    for matches in ([Match("a", "b", 0.9, {"email": 5.0}), Match("a", "c", 0.99)], [Match("a", "c", 0.5)]):
        store.identity.match(matches)
        assert store.identity.matches() == sorted(matches, key=lambda m: -m.probability)


def test_what_came_under_an_identifier_is_counted(store: SqlStore) -> None:
    store.conversations.put([conversation(1, "a"), conversation(2, "a"), conversation(3, "b")])
    first, last = conversation(1).started_at, conversation(2).started_at
    assert store.identity.seen(["a", "x"]) == {"a": (2, first, last)}


def test_a_store_from_before_claims_keeps_who_was_one(store: SqlStore, url: str) -> None:
    store.events.put([Event("e", "i", "ordered", MONDAY)])
    store.identity.settle({"i": "a"}, [])
    database = Database(url)
    migrate(database, "0007")
    database.engine.dispose()
    with open_store(url) as again:
        assert resolve(again) == 0
        assert again.identity.links() == {"i": "a"}
        assert [event.id for event in again.events.of("a")] == ["e"]


def test_customers_come_by_number_of_conversations(themed: SqlStore) -> None:
    themed.customers.put([Customer("cid", {"plan": "pro"})])
    themed.conversations.put([conversation(5, "ann")])
    page = themed.customers.page(limit=2)
    assert [(row["id"], row["conversations"], row["friction"]) for row in page] == [("ann", 3, 50.0), ("bob", 2, 50.0)]
    assert [(row["id"], row["attributes"]) for row in themed.customers.page(after="bob")] == [("cid", {"plan": "pro"})]
    assert themed.customers.get("ann") == Customer("ann")
    assert list(themed.customers.all()) == [Customer("cid", {"plan": "pro"})]


def test_customers_of_a_filter_are_told_of_its_conversations_alone(themed: SqlStore) -> None:
    themed.customers.put([Customer("cid", {"plan": "pro"})])
    page = themed.customers.page(Filter(channel="ticket", since=MONDAY + timedelta(days=8)))
    assert [(row["id"], row["conversations"], row["first_seen"]) for row in page] == [
        ("bob", 1, MONDAY + timedelta(days=12))
    ]
    assert [row["id"] for row in themed.customers.page(Filter(channel="call"), after="ann")] == ["bob"]


def test_visits_are_the_annotated_conversations_by_customer_and_time(themed: SqlStore) -> None:
    themed.conversations.put([conversation(0, "ann"), conversation(9, "")])
    visits = list(themed.customers.visits())
    assert [(v[0], v[2]) for v in visits] == [("ann", "s:1"), ("ann", "s:2"), ("bob", "s:3"), ("bob", "s:4")]
    assert visits[0][1:] == (conversation(1).started_at, "s:1", "use", 50.0, -0.5)


def test_contacts_are_visits_with_their_summaries_and_the_time_of_the_last_turn(themed: SqlStore) -> None:
    late = conversation(6, "bob")
    themed.conversations.put([replace(late, turns=(replace(late.turns[0], at=MONDAY + timedelta(days=30)),))])
    annotate(themed, range(6, 7))
    contacts = list(themed.customers.contacts())
    assert [(c.customer, c.id) for c in contacts] == [(v[0], v[2]) for v in themed.customers.visits()]
    assert (contacts[0].at, contacts[0].last_at, contacts[0].channel) == (conversation(1).started_at, MONDAY, "ticket")
    assert contacts[-1].last_at == MONDAY + timedelta(days=30)
    assert contacts[0].summary == themed.signals.summary("s:1")
    assert [c.id for c in themed.customers.contacts(Filter(customer="ann", channel="call"))] == ["s:2"]


def test_mentions_are_the_assignments_of_every_run_older_runs_first(themed: SqlStore) -> None:
    again = Assignment("s:1#0:13", "a later run", "t9", 0.5, MONDAY + timedelta(days=9))
    themed.themes.put("a later run", [Theme("t9", "Nine", "", (), 1)], [again], np.zeros((1, 2), np.float32))
    found = list(themed.themes.mentions())
    assert [(m.customer, m.conversation, m.assignment.theme) for m in found] == [
        ("ann", "s:1", "t1"),
        ("ann", "s:1", "t9"),
        ("ann", "s:2", "t2"),
        ("bob", "s:3", "t1"),
        ("bob", "s:4", None),
    ]
    assert (found[1].assignment, found[1].said_at) == (again, MONDAY)
    assert [m.conversation for m in themed.themes.mentions(Filter(customer="bob", channel="call"))] == ["s:4"]


def test_all_segments_stream_as_quotes_by_conversation_and_place(themed: SqlStore) -> None:
    assert list(themed.signals.all()) == themed.signals.quotes([f"s:{n}#0:13" for n in range(1, 5)])
    assert [q.segment.conversation for q in themed.signals.all(Filter(theme="t1"))] == ["s:1", "s:3"]


def test_summaries_are_replaced_and_those_that_differ_counted(themed: SqlStore) -> None:
    other, same = summary("s:1", stage="exit"), summary("s:2")
    assert themed.signals.summarise([other, same]) == 1
    assert themed.signals.summarise([other, same]) == 0
    assert themed.signals.summary("s:1") == other


def test_events_and_runs_come_back_as_put(store: SqlStore) -> None:
    events = [Event("e2", "b", "left", MONDAY, 2.5), Event("e1", "a", "ordered", MONDAY)]
    assert (store.events.put(events), store.events.put(events)) == (2, 0)
    assert list(store.events.all()) == events[::-1]
    assert store.events.of("b", until=MONDAY) == []
    at_once = [Event("z", "c", "installed", MONDAY), Event("b", "c", "installed", MONDAY, 1.0)]
    store.events.put([Event("a", "c", "ordered", MONDAY), *at_once])
    assert store.events.of("c") == [*at_once, Event("a", "c", "ordered", MONDAY)]
    assert [event.id for event in store.events.all()] == ["e1", "e2", "z", "b", "a"]
    run = Run("r", MONDAY, None, "running", {"in": 1}, {"read": 0.5}, {"intent": "m1"})
    store.runs.put(run)
    store.runs.put(replace(run, finished_at=MONDAY, status="done"))
    assert store.runs.page() == [replace(run, finished_at=MONDAY, status="done")]


def test_the_overview_of_an_empty_store_is_empty(store: SqlStore) -> None:
    figures = overview(store)
    numbers = ("conversations", "annotated", "segments", "customers", "leaving", "themes", "unassigned")
    assert [figures[key] for key in numbers] == [0] * 7
    assert [figures[key] for key in ("friction", "sentiment", "first", "last")] == [None] * 4
    assert [figures[key] for key in ("channels", "stages", "intents", "weekly")] == [{}, [], [], []]


def test_the_overview_adds_up(themed: SqlStore) -> None:
    figures = overview(themed)
    numbers = ("conversations", "annotated", "segments", "customers", "leaving", "themes", "unassigned")
    assert [figures[key] for key in numbers] == [4, 4, 4, 2, 2, 2, 1]
    assert figures["channels"] == {"call": 2, "ticket": 2}
    assert figures["stages"][0] == {
        "stage": "use",
        "conversations": 4,
        "customers": 2,
        "friction": 50.0,
        "sentiment": -0.5,
    }
    assert [(week["week"], week["conversations"]) for week in figures["weekly"]] == [
        (date(2026, 3, 2), 1),
        (date(2026, 3, 9), 2),
        (date(2026, 3, 16), 1),
    ]


def test_what_segments_name_comes_back_and_is_counted_by_theme(themed: SqlStore) -> None:
    lamp, town = Entity("product", 13, 17, "Lamp 2"), Entity("place", 20, 25, "Leeds")
    named = {
        1: (lamp, replace(lamp, start=20, end=24), Entity("date", 26, 30, "Friday")),
        2: (town, Entity("place", 0, 9, "<ADDRESS>"), Entity("amount", 1, 2, "")),
        3: (replace(lamp, value="LAMP 2"), town, Entity("competitor", 1, 4, "Acme")),
        4: (town,),
    }
    signals = [replace(signal(f"s:{n}"), entities=found) for n, found in named.items()]
    summaries = [summary(f"s:{n}") for n in named]
    themed.signals.put("m1", [s.conversation for s in summaries], signals, np.eye(4, dtype=np.float32), summaries)
    assert themed.signals.of("s:1")[0].entities == named[1]
    assert [(r["theme"], r["type"], r["name"], r["segments"]) for r in themed.themes.entities()] == [
        ("t1", "product", "Lamp 2", 2),
        ("t1", "competitor", "Acme", 1),
        ("t1", "place", "Leeds", 1),
        ("t2", "place", "Leeds", 1),
    ]
    assert [r["name"] for r in themed.themes.entities(theme="t2")] == ["Leeds"]
    assert themed.themes.entities(Filter(customer="nobody")) == []


def test_a_store_from_before_entities_opens_with_none(themed: SqlStore, url: str) -> None:
    database = Database(url)
    migrate(database, "0002")
    database.engine.dispose()
    with open_store(url) as again:
        assert again.signals.of("s:1")[0].entities == ()
        assert again.themes.entities() == []


def test_migrations_make_the_tables_that_the_code_expects(store: SqlStore) -> None:
    found = inspect(store.engine)
    tables = [t for t in found.get_table_names() if t != "alembic_version" and not t.startswith(SEARCH)]
    made = {t: {c["name"] for c in found.get_columns(t)} for t in tables}
    made["turns"] -= {"words"}
    assert made == {t.name: set(t.c.keys()) for t in metadata.sorted_tables}
    indexes = {t: {i["name"] for i in found.get_indexes(t) if not i.get("unique")} - {"turns_by_words"} for t in made}
    assert indexes == {t.name: {i.name for i in t.indexes} for t in metadata.sorted_tables}


def test_migrations_go_down_and_up_with_data(themed: SqlStore, url: str) -> None:
    database = Database(url)
    migrate(database, "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.engine.dispose()
    with open_store(url) as again:
        assert again.conversations.count() == 0
        assert again.conversations.put([conversation(1)]) == (1, 0)


def test_a_store_opened_again_keeps_its_data(themed: SqlStore, url: str) -> None:
    with open_store(url) as again:
        assert again.conversations.count() == 4


def test_a_bare_path_is_sqlite_and_an_unknown_database_lists_the_known(tmp_path: Path) -> None:
    open_store(str(tmp_path / "bare.db")).close()
    assert (tmp_path / "bare.db").read_bytes().startswith(b"SQLite")
    with pytest.raises(UnknownName, match="postgresql, sqlite"):
        open_store("mysql://host/name")
    with pytest.raises(StoreError):
        open_store(str(tmp_path / "no" / "such" / "folder.db"))
