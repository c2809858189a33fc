"""New themes are paired with those known by members and centroids; what split and what merged is told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.encoder import Floats
from nlp.themes.matching import Known, Matching, match

WAYS = np.eye(8, dtype=np.float32)


def known(members: dict[str, str | None], *, centroids: Floats | None = None) -> Known:
    ids = tuple(sorted({theme for theme in members.values() if theme}))
    return Known(ids, np.zeros((len(ids), 8), np.float32) if centroids is None else centroids, members)


def matched(old: Known, labels: dict[str, int | None], centroids: Floats | None = None) -> Matching:
    count = max((label for label in labels.values() if label is not None), default=-1) + 1
    new = np.zeros((count, 8), np.float32) if centroids is None else centroids
    return match(old, list(labels), list(labels.values()), new)


def test_known_themes_are_recognised_by_their_members() -> None:
    old = known({"a": "t1", "b": "t1", "c": "t1", "d": "t2", "e": "t2", "f": None})
    found = matched(old, {"a": 1, "b": 1, "c": 1, "d": 0, "e": 0, "f": 0, "g": 2})
    assert {label: id for label, (id, _) in found.kept.items()} == {1: "t1", 0: "t2"}
    assert found.kept[1][1] == 1.0
    assert found.kept[0][1] == pytest.approx(2 / 3)
    assert (found.origins, found.goals) == ({}, {})


def test_ids_go_where_the_most_is_shared_in_sum_not_where_the_likest_pair_takes_first() -> None:
    old = known({**{f"a{n}": "t1" for n in range(10)}, **{f"b{n}": "t2" for n in range(4)}})
    labels: dict[str, int | None] = {**{f"a{n}": int(n >= 6) for n in range(10)}, **{f"b{n}": 0 for n in range(4)}}
    found = matched(old, labels)
    assert {label: id for label, (id, _) in found.kept.items()} == {1: "t1", 0: "t2"}


def test_a_theme_that_splits_gives_its_id_to_the_larger_part_and_the_rest_came_from_it() -> None:
    old = known({"a": "t1", "b": "t1", "c": "t1"})
    found = matched(old, {"a": 0, "b": 0, "c": 1})
    assert {label: id for label, (id, _) in found.kept.items()} == {0: "t1"}
    assert found.origins == {1: ("t1", 1.0)}


def test_a_theme_that_goes_into_another_leaves_its_id_and_says_where_it_went() -> None:
    old = known({"a": "t1", "b": "t1", "c": "t1", "d": "t2", "e": "t2"})
    found = matched(old, dict.fromkeys("abcde", 0))
    assert {label: id for label, (id, _) in found.kept.items()} == {0: "t1"}
    assert found.goals == {"t2": (0, 1.0)}


def test_where_no_member_is_shared_the_centroids_tell() -> None:
    old = known({"a": "t1", "b": "t2"}, centroids=WAYS[:2])
    near = (WAYS[1] + 0.3 * WAYS[5]) / np.linalg.norm(WAYS[1] + 0.3 * WAYS[5])
    found = matched(old, {"x": 0, "y": 1}, np.stack([near, WAYS[4]]))
    assert {label: id for label, (id, _) in found.kept.items()} == {0: "t2"}
    assert found.origins == {}
    assert found.goals == {}


def test_where_the_themes_of_a_discovery_lie_near_to_each_other_a_centroid_must_be_nearer() -> None:
    def near(way: int, share: float) -> Floats:
        row = share * WAYS[0] + np.sqrt(1 - share**2) * WAYS[way]
        return np.asarray(row, np.float32)

    old = known({"a": "t1"}, centroids=WAYS[:1])
    alone, beside = near(1, 0.85)[None], np.stack([near(1, 0.85), near(1, 0.6)])
    assert matched(old, {"x": 0}, alone).kept.keys() == {0}
    assert matched(old, {"x": 0, "y": 1}, beside).kept == {}


def test_a_theme_grows_by_new_members_where_its_centroid_stays() -> None:
    old = known({"a": "t1", "b": "t1", "c": "t2"}, centroids=WAYS[:2])
    labels: dict[str, int | None] = {"a": 0, "b": 0, **{f"new{n}": 0 for n in range(20)}}
    assert matched(old, labels, WAYS[:1]).kept[0] == ("t1", 1.0)
    assert matched(old, labels, WAYS[3:4]).kept == {}


def test_a_theme_without_members_is_known_again_by_its_centroid_alone() -> None:
    old = Known(("t1", "t7"), WAYS[[0, 7]], {"a": "t1", "b": None})
    found = matched(old, {"a": 0, "b": 1}, WAYS[[0, 7]])
    assert {label: id for label, (id, _) in found.kept.items()} == {0: "t1", 1: "t7"}


def test_nothing_known_or_nothing_found_matches_nothing() -> None:
    assert matched(known({}), {"a": 0}) == Matching({}, {}, {})
    assert matched(known({"a": "t1"}), {"a": None}) == Matching({}, {}, {})
    assert matched(known({"a": "t1"}), {"x": 0, "y": 1}) == Matching({}, {}, {})


PLACES = st.dictionaries(st.integers(0, 25).map("s{}".format), st.sampled_from([None, 0, 1, 2, 3]), min_size=1)


@given(PLACES, PLACES)
def test_every_id_goes_to_at_most_one_theme_and_is_kept_or_gone_never_both(
    before: dict[str, int | None], after: dict[str, int | None]
) -> None:
    ways = [label for label in range(4) if label in after.values()]
    after = {s: None if label is None else ways.index(label) for s, label in after.items()}
    old = known({s: None if label is None else f"t{label}" for s, label in before.items()})
    found = matched(old, after)
    ids = [id for id, _ in found.kept.values()]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & found.goals.keys()
    assert not found.kept.keys() & found.origins.keys()
    shares = [share for _, share in (*found.kept.values(), *found.origins.values(), *found.goals.values())]
    assert all(0 < share <= 1.0001 for share in shares)


@given(PLACES)
def test_the_same_themes_found_again_keep_every_id(places: dict[str, int | None]) -> None:
    labels = [label for label in range(4) if label in places.values()]
    old = known({s: None if label is None else f"t{label}" for s, label in places.items()})
    again = {s: None if label is None else labels.index(label) for s, label in places.items()}
    assert {id for id, share in matched(old, again).kept.values() if share == 1.0} == set(old.ids)
