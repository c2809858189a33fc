"""People's edits, replayed over whatever a discovery finds: the log alone decides, and what it cannot do is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.themes.edits import KINDS, Edit, Replayed, replay
from nlp.themes.theme import Fix, Note, Theme

DAY = datetime(2026, 3, 2, tzinfo=UTC)
ONE = Theme("t1", "Parcel late", "About parcels.", ("parcel", "late"), 3, ("a", "b", "c"), 1.0, 2.0)
TWO = Theme("t2", "Charged twice", "About bills.", ("bill",), 2, ("d", "e"))
PLACED: dict[str, str | None] = {"a": "t1", "b": "t1", "c": "t1", "d": "t2", "e": "t2", "f": None}


def log(*said: dict[str, Any]) -> list[Edit]:
    return [Edit(n, DAY + timedelta(days=n), "ann", **fields) for n, fields in enumerate(said, 1)]


def replayed(*said: dict[str, Any], found: tuple[Theme, ...] = (ONE, TWO)) -> Replayed:
    return replay(found, PLACED, log(*said))


def shown(found: Replayed) -> dict[str, Theme]:
    return {theme.id: theme for theme in found.themes}


def members(found: Replayed) -> dict[str, str | None]:
    return {segment: found.place(segment, theme) for segment, theme in PLACED.items()}


MERGE = {"kind": "merge", "theme": "t2", "other": "t1"}
SPLIT = {"kind": "split", "theme": "t1", "other": "t3", "segments": ("a", "b"), "text": "Parcel stolen"}


def test_without_edits_themes_are_as_found() -> None:
    assert replayed() == Replayed((ONE, TWO))
    assert members(replayed()) == PLACED


def test_a_theme_is_renamed_pinned_hidden_owned_noted_and_said_to_be_fixed() -> None:
    of = {"theme": "t1"}
    found = replayed(
        {"kind": "rename", "text": "Parcels come late", **of},
        {"kind": "pin", **of},
        {"kind": "hide", **of},
        {"kind": "owner", "text": "Ben", **of},
        {"kind": "note", "text": "See the courier.", **of},
        {"kind": "fixed", "day": date(2026, 4, 1), **of},
    )
    one = shown(found)["t1"]
    assert (one.name, one.owner, one.pinned, one.hidden) == ("Parcels come late", "Ben", True, True)
    assert one.notes == (Note(DAY + timedelta(days=5), "ann", "See the courier."),)
    assert one.fixes == (Fix(DAY + timedelta(days=6), "ann", date(2026, 4, 1)),)
    assert (shown(found)["t2"], found.conflicts) == (TWO, ())


def test_later_edits_prevail() -> None:
    names = ({"kind": "rename", "theme": "t1", "text": text} for text in ("A", "B"))
    found = replayed(*names, {"kind": "pin", "theme": "t1"}, {"kind": "unpin", "theme": "t1"})
    assert (shown(found)["t1"].name, shown(found)["t1"].pinned) == ("B", False)


def test_a_merged_theme_is_shown_under_the_other_with_all_that_was_said_of_both() -> None:
    found = replayed(
        {"kind": "note", "theme": "t2", "text": "Old."}, {"kind": "owner", "theme": "t2", "text": "Ben"}, MERGE
    )
    (one,) = found.themes
    assert (one.id, one.name, one.size, one.owner) == ("t1", "Parcel late", 5, "Ben")
    assert (one.terms, one.quotes) == (("parcel", "bill", "late"), ("a", "d", "b", "e", "c"))
    assert [note.text for note in one.notes] == ["Old."]
    assert members(found) == {**dict.fromkeys("abcde", "t1"), "f": None}


def test_a_merge_holds_where_a_discovery_finds_the_one_only_or_the_other_only() -> None:
    names = {"kind": "rename", "theme": "t1", "text": "Mine"}
    other = replayed(names, MERGE, found=(TWO,))
    assert [(t.id, t.name) for t in other.themes] == [("t1", "Mine")]
    assert (other.place("d", "t2"), other.conflicts) == ("t1", ())
    one = replayed(MERGE, found=(ONE,))
    assert [t.id for t in one.themes] == ["t1"]
    assert [c.reason for c in one.conflicts] == ["t2 is not found now: nothing to merge into t1"]


def test_merges_go_on_to_the_last_and_never_in_a_circle() -> None:
    three = replace(TWO, id="t3", name="Three")
    on = {"kind": "merge", "theme": "t1", "other": "t3"}
    found = replayed(MERGE, on, {"kind": "merge", "theme": "t3", "other": "t2"}, found=(ONE, TWO, three))
    assert [t.id for t in found.themes] == ["t3"]
    assert found.into == {"t1": "t3", "t2": "t3"}
    assert [(c.number, c.reason) for c in found.conflicts] == [(3, "t3 and t2 are one theme already")]


def test_a_split_makes_a_theme_of_its_segments_wherever_a_discovery_puts_them() -> None:
    for found in (replayed(SPLIT), replayed(SPLIT, found=(TWO,))):
        three = shown(found)["t3"]
        assert (three.name, three.size, three.quotes) == ("Parcel stolen", 2, ("a", "b"))
        assert [members(found)[s] for s in "ab"] == ["t3", "t3"]
        assert found.conflicts == ()
    assert (shown(replayed(SPLIT))["t1"].size, shown(replayed(SPLIT))["t1"].quotes) == (1, ("c",))


def test_a_split_that_a_discovery_finds_by_itself_keeps_its_name_and_gains_its_members() -> None:
    own = Theme("t3", "Thief", "About thieves.", ("thief",), 4, ("a", "x"))
    three = shown(replayed(SPLIT, found=(ONE, TWO, own)))["t3"]
    assert (three.name, three.terms, three.quotes) == ("Parcel stolen", ("thief",), ("a", "x"))


def test_a_quote_moves_to_another_theme_or_to_none() -> None:
    found = replayed({"kind": "move", "theme": "t2", "segments": ("a", "f")}, {"kind": "move", "segments": ("d",)})
    assert members(found) == {**PLACED, "a": "t2", "f": "t2", "d": None}
    assert (shown(found)["t1"].quotes, shown(found)["t2"].quotes) == (("b", "c"), ("e",))
    assert (shown(found)["t1"].size, shown(found)["t2"].size) == (2, 3)


def test_what_is_undone_does_not_count_and_an_undo_can_be_undone() -> None:
    undo = {"kind": "undo", "undoes": 1}
    assert replayed(MERGE, undo).themes == (ONE, TWO)
    assert len(replayed(MERGE, undo, {"kind": "undo", "undoes": 2}).themes) == 1
    assert replayed(MERGE, undo).active == frozenset()


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ({"kind": "rename", "theme": "t9", "text": "X"}, "t9 is not found now: what is said of it waits"),
        ({"kind": "move", "theme": "t9", "segments": ("a",)}, "t9 is not found now: what was moved there stays"),
        ({"kind": "move", "theme": "t2", "segments": ("a", "gone")}, "1 of 2 segments are no longer"),
        ({**SPLIT, "segments": ("gone",)}, "1 of 1 segments are no longer"),
        ({"kind": "rename", "theme": "t1", "text": "charged TWICE"}, "t2 has the same name"),
    ],
)
def test_an_edit_that_cannot_be_done_is_a_conflict_and_waits(edit: dict[str, Any], reason: str) -> None:
    (conflict,) = replayed(edit).conflicts
    assert conflict.number == 1
    assert conflict.reason.startswith(reason)


def test_an_undone_split_leaves_what_was_said_of_its_theme_as_a_conflict() -> None:
    found = replayed(SPLIT, {"kind": "rename", "theme": "t3", "text": "X"}, {"kind": "undo", "undoes": 1})
    assert (members(found), [c.number for c in found.conflicts]) == (PLACED, [2])


IDS = st.sampled_from(["t1", "t2", "t3", "t4", "t9"])
EDITS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(KINDS),
            "theme": IDS,
            "other": IDS,
            "segments": st.lists(st.sampled_from([*PLACED, "gone"]), max_size=3, unique=True).map(tuple),
            "text": st.sampled_from(["A", "B"]),
            "day": st.just(date(2026, 4, 1)),
            "undoes": st.integers(1, 8),
        }
    ),
    max_size=8,
)


@given(EDITS)
def test_whatever_is_edited_every_segment_is_in_a_shown_theme_or_in_none(said: list[dict[str, Any]]) -> None:
    found = replayed(*said)
    ids = [theme.id for theme in found.themes]
    assert len(set(ids)) == len(ids)
    assert set(members(found).values()) <= {*ids, None}
    assert all(set(theme.quotes) <= set(PLACED) for theme in found.themes)
    assert replayed(*said) == found


@given(EDITS)
def test_undoing_everything_shows_what_was_found(said: list[dict[str, Any]]) -> None:
    kept = [edit for edit in said if edit["kind"] != "undo"]
    undone = [{"kind": "undo", "undoes": n} for n in range(1, len(kept) + 1)]
    assert replayed(*kept, *undone) == replayed()
