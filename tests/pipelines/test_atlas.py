"""The map as columns, what lies within a shape, and a theme made of it."""

import json
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import BadInput
from pipelines.atlas import NOWHERE, Atlas, atlas, read_shape, state
from pipelines.edits import log
from pipelines.gather import gather
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, put_leavers: Callable[[Store], None]) -> Iterator[Store]:
    """100 messages of one day at (0, 0): 40 in the theme t1, 60 in t2."""
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        put_leavers(opened)
        yield opened


def five(x: list[float], y: list[float]) -> Atlas:
    n, none = len(x), np.zeros(len(x), np.uint8)
    places = (np.array(x, "<f4"), np.array(y, "<f4"))
    codes = (np.full(n, NOWHERE, "<u2"), none, none, none, none.astype(np.int8), np.zeros(n, "<u2"))
    return Atlas([f"s:{i}" for i in range(n)], *places, *codes, date(2026, 1, 1), [], ["use"], ["chat"], n)


def test_columns_are_read_back_as_they_were_written(store: Store) -> None:
    found = atlas(store)
    data = found.to_bytes()
    length = struct.unpack_from("<I", data, 4)[0]
    head = json.loads(data[8 : 8 + length])
    assert data[:4] == b"FMAP"
    assert length % 4 == 0
    assert (head["count"], head["all"], head["first"], head["channels"]) == (100, 100, "2026-03-02", ["chat"])
    assert [theme["id"] for theme in head["themes"]] == ["t2", "t1"]
    assert len(data) == 8 + length + 100 * (4 + 4 + 2 + 2 + 1 + 1 + 1 + 1)
    themes = np.frombuffer(data, "<u2", 100, 8 + length + 800)
    assert np.bincount(themes).tolist() == [60, 40]
    assert set(np.frombuffer(data, np.int8, 100, len(data) - 100).tolist()) == {-50}


def test_a_store_without_themes_has_a_map_without_points(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/empty.db") as empty:
        assert len(atlas(empty).ids) == 0


def test_what_lies_within_a_shape_is_told_by_the_even_odd_rule_nearest_to_its_middle_first() -> None:
    map = five([1.0, 5.0, 9.6, 5.0, 4.5], [1.0, 5.0, 9.0, -1.0, 2.0])
    square = read_shape("0,0,10,0,10,10,0,10")
    assert map.within(square).tolist() == [1, 4, 0, 2]
    hollow = read_shape("0,0,10,0,10,10,5,3,0,10")  # a wedge is cut from the top to (5, 3)
    assert set(map.within(hollow).tolist()) == {0, 2, 4}


@pytest.mark.parametrize("text", ["", "1,2,3,4", "a,b,c,d,e,f", "1,2,3,4,5,nan", "1,2,3,4,5,6,7"])
def test_a_shape_that_is_none_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(BadInput, match="give x,y,x,y"):
        read_shape(text)


def test_a_theme_is_made_of_segments_of_several_themes_and_can_be_undone(store: Store) -> None:
    before = state(store)
    chosen = [f"s:{n}#0:0" for n in (0, 1, 40, 41, 42)]
    made = gather(store, chosen, name="Both at once", who="Ada", at=AT)
    members = store.themes.members()
    assert {segment for segment, theme in members.items() if theme == made} == set(chosen)
    assert [line.edit.kind for line in log(store)] == ["move", "split"]
    assert store.themes.get(made).name == "Both at once"
    assert state(store) != before


def test_no_theme_is_made_of_nothing(store: Store) -> None:
    with pytest.raises(BadInput, match="1 to 5,000"):
        gather(store, [], name="Nothing", who="Ada", at=AT)
