"""The command line of themes: lists, one theme, and what became of it."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.commands import group
from nlp.errors import NotFound, UnknownName
from nlp.themes.proposals import Proposal
from nlp.themes.quality import Quality
from pipelines.stores import open_store
from pipelines.stores.protocols import Store


def call(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["themes", *arguments, "--store", url], catch_exceptions=False)


@pytest.fixture
def own(store: Store, as_filled: Path, tmp_path: Path) -> str:
    """A store of a test's own."""
    shutil.copyfile(as_filled, tmp_path / "own.db")
    return f"sqlite:///{tmp_path}/own.db"


def segments(url: str, theme: str, count: int) -> list[str]:
    found = json.loads(call(url, "show", theme, "--limit", str(count), "--json").stdout)["quotes"]
    return [quote["segment"] for quote in found]


def test_themes_are_told_as_they_were_known(own: str) -> None:
    assert call(own, "known", "2026-10-31").stdout == "no themes were known then\n"
    *themes, last = call(own, "known", "2026-11-02").stdout.splitlines()
    assert (sorted(line.split("  ")[0] for line in themes), last) == (["t1", "t2"], "as found by first")
    told = json.loads(call(own, "known", "2026-11-02", "--json").stdout)
    assert {theme["name"] for theme in told["themes"]} == {"Delivery <b>late</b>", "Charged twice"}


def test_a_theme_is_shown_with_what_it_costs(own: str) -> None:
    told = json.loads(call(own, "show", "t1", "--json").stdout)["told"]
    assert any(line.startswith("Without these conversations mean friction would be") for line in told)
    (csat,) = (
        line
        for line in json.loads(call(own, "show", "t1", "--score", "csat", "--json").stdout)["told"]
        if "CSAT" in line
    )
    assert csat in call(own, "show", "t1").stdout
    call(own, "edit", "fixed", "t1", "2026-05-08", "--who", "Ada")
    assert "the fix on 8 May 2026" in call(own, "show", "t1").stdout
    with pytest.raises(UnknownName, match="glee"):
        call(own, "show", "t1", "--score", "glee")


def test_movements_are_told_by_the_period_asked_for(own: str) -> None:
    for period in ("day", "month"):
        for row in json.loads(call(own, "--period", period, "--json").stdout):
            assert row["movement"]["kind"] in ("emerging", "fading", "steady", "too early")


def test_what_discoveries_say_of_themselves_is_listed(own: str) -> None:
    assert json.loads(call(own, "quality", "--json").stdout) == []
    with open_store(own) as store:
        at, themes = datetime(2026, 11, 2, tzinfo=UTC), store.themes.found()
        quality = Quality("second", at, 30, 2, 0.25, None, 1.0, 0.0, reasons=("30 segments are few",))
        store.themes.put("second", themes, [], np.zeros((0, 2), np.float32), quality=quality)
    (told,) = json.loads(call(own, "quality", "--json").stdout)
    assert (told["run"], told["reliable"], told["stability"]) == ("second", False, None)
    assert "2026" in call(own, "quality").stdout


def test_what_might_be_a_theme_is_told(own: str) -> None:
    assert "nothing is proposed" in call(own, "proposals").stdout
    quotes = tuple(segments(own, "t1", 5))
    call(own, "edit", "move", "", *quotes, "--who", "Ada")
    with open_store(own) as store:
        store.proposals.put("first", [Proposal(datetime(2026, 11, 2, tzinfo=UTC), quotes, 4, ("parcel", "late"))])
    first, *told = call(own, "proposals").stdout.splitlines()
    assert (first, len(told)) == ("5 segments, 4 of them new: parcel, late", 5)
    assert json.loads(call(own, "proposals", "--json").stdout)[0]["segments"] == list(quotes)


def test_a_theme_is_edited_and_shows_it(own: str) -> None:
    assert call(own, "edit", "rename", "t1", "Parcels late", "--who", "Ada").stdout == "edit 1\n"
    call(own, "edit", "owner", "t1", "Ben", "--who", "Ada")
    call(own, "edit", "note", "t1", "Ask the courier.", "--who", "Ada")
    call(own, "edit", "fixed", "t1", "2026-10-01", "--who", "Ada")
    call(own, "edit", "pin", "t1", "--who", "Ada")
    shown = call(own, "show", "t1").stdout.splitlines()
    assert shown[0] == "t1  Parcels late"
    assert shown[3] == "pinned, owner Ben, fix shipped 2026-10-01"
    assert shown[4].endswith("Ada: Ask the courier.")
    whole = json.loads(call(own, "show", "t1", "--json").stdout)
    assert (whole["owner"], whole["pinned"], whole["fixes"][0]["day"]) == ("Ben", True, "2026-10-01")
    assert json.loads(call(own, "--json").stdout)[0]["id"] == "t1"


def test_themes_are_merged_split_and_moved_and_all_is_undone(own: str) -> None:
    before = json.loads(call(own, "--json").stdout)
    first, second, third = segments(own, "t1", 3)
    new = call(own, "edit", "split", "t1", "Stolen", first, second, "--who", "Ada").stdout
    assert new == "edit 1: s1 is its theme\n"
    call(own, "edit", "move", "t2", third, "--who", "Ada")
    assert set(segments(own, "s1", 9)) == {first, second}
    call(own, "edit", "merge", "s1", "t2", "--who", "Ada")
    assert {row["id"] for row in json.loads(call(own, "--json").stdout)} == {"t1", "t2"}
    for number in (3, 2, 1):
        call(own, "edit", "undo", str(number), "--who", "Ada")
    assert json.loads(call(own, "--json").stdout) == before
    log = call(own, "edits").stdout.splitlines()
    assert log[0].endswith("Ada undid edit 1")
    assert log[-1].endswith("Ada split “Stolen” (s1) from “Delivery <b>late</b>” (t1), with 2 segments  (undone)")


def test_the_log_tells_what_an_edit_is_kept_from_doing(own: str) -> None:
    call(own, "edit", "rename", "t1", "Mine", "--who", "Ada")
    call(own, "edit", "merge", "t1", "t2", "--who", "Ada")
    call(own, "edit", "hide", "t2", "--who", "Ada")
    with pytest.raises(NotFound, match="t1"):
        call(own, "edit", "pin", "t1", "--who", "Ada")
    with open_store(own) as store:
        store.themes.put("empty", [], [], np.zeros((0, 2), np.float32))
    rows = json.loads(call(own, "edits", "t2", "--json").stdout)
    assert [(row["kind"], bool(row["conflict"])) for row in rows] == [("hide", True), ("merge", True)]
    assert "BUT t2 is not found now" in call(own, "edits").stdout


def test_a_history_is_told_in_words_or_as_json(own: str) -> None:
    assert call(own, "history", "t2").stdout == "2026-11-01  Split from “Delivery <b>late</b>” (t1), 60 % of it\n"
    assert call(own, "history", "t1").stdout.splitlines() == [
        "2026-11-01  Found for the first time",
        "2026-11-01  “Charged twice” (t2) split from it, 60 % of it",
    ]
    (row,) = json.loads(call(own, "history", "t2", "--json").stdout)
    assert (row["since"], row["other"]) == ("2026-11-01 00:00:00+00:00", "t1")
    with pytest.raises(NotFound, match="t99"):
        call(own, "history", "t99")
