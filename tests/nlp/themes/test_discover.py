"""Discovery finds the groups that are there, the same for the same seed, and serving is the fit."""

import numpy as np
import pytest

from nlp.encoder import Floats
from nlp.errors import BadModel
from nlp.themes.assign import Assigner
from nlp.themes.discover import Discovery, discover

GROUPS, EACH = 4, 30


def rows(groups: int, each: int, *, spread: float = 0.05, seed: int = 1) -> Floats:
    """`groups` bundles of unit vectors in 32 dimensions, `each` in number, one bundle after the other."""
    random = np.random.default_rng(seed)
    centres = np.repeat(np.eye(32, dtype=np.float32)[:groups], each, axis=0)
    found = centres + random.normal(0, spread, centres.shape)
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def dense() -> Discovery:
    return discover(rows(GROUPS, EACH), seed=3)


def test_groups_that_lie_apart_become_themes(dense: Discovery) -> None:
    assert len(dense.centroids) == GROUPS
    for group in range(GROUPS):
        own = set(dense.labels[group * EACH : (group + 1) * EACH]) - {None}
        assert len(own) == 1
    assert dense.labels.count(None) <= 0.1 * GROUPS * EACH


def test_the_same_rows_and_seed_give_the_same_themes_and_map(dense: Discovery) -> None:
    again = discover(rows(GROUPS, EACH), seed=3)
    assert again.labels == dense.labels
    assert np.array_equal(again.points, dense.points)
    assert np.array_equal(again.centroids, dense.centroids)


def test_without_a_map_the_themes_are_the_same(dense: Discovery) -> None:
    plain = discover(rows(GROUPS, EACH), mapped=False)
    assert plain.labels == dense.labels
    assert not plain.points.any()


def test_what_is_served_is_what_was_fitted(dense: Discovery) -> None:
    names = tuple(f"t{n}" for n in range(GROUPS))
    serving = Assigner.from_bytes(Assigner(dense.centroids, dense.thresholds, names, "e1").to_bytes())
    themes, confidences = serving.assign(rows(GROUPS, EACH))
    assert themes == [None if label is None else names[label] for label in dense.labels]
    assert np.array_equal(confidences, dense.strengths)
    assert serving.encoder == "e1"


def test_a_text_unlike_all_themes_is_in_none(dense: Discovery) -> None:
    serving = Assigner(dense.centroids, dense.thresholds, ("a", "b", "c", "d"))
    strange = np.eye(32, dtype=np.float32)[[20]]
    assert serving.assign(strange)[0] == [None]
    assert serving.assign(strange)[1].tolist() == [0.0]


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_too_few_texts_have_no_theme_and_a_place_on_the_map(n: int) -> None:
    found = discover(rows(5, 1)[:n])
    assert found.labels == (None,) * n
    assert (found.points.shape, found.centroids.shape, found.strengths.shape) == ((n, 2), (0, 32), (n,))
    assert np.isfinite(found.points).all()


def test_a_few_dozen_texts_are_grouped_by_likeness_alone() -> None:
    found = discover(rows(2, 10))
    assert len(found.centroids) == 2
    assert found.labels[:10].count(found.labels[0]) >= 9


def test_equal_texts_count_once_for_the_shape_and_each_for_the_volume() -> None:
    copied = np.concatenate([rows(2, 10), np.repeat(rows(1, 1, seed=7), 50, axis=0)])
    found = discover(copied)
    assert len(found.centroids) == 2
    assert found.labels[-50:] == (found.labels[0],) * 50
    assert found.labels[0] == 0  # the largest theme comes first


def test_a_damaged_artefact_names_the_remedy() -> None:
    whole = Assigner(rows(2, 1), np.zeros(2, np.float32), ("t1", "t2")).to_bytes()
    for damaged in (b"", b"not an archive", whole[: len(whole) // 2]):
        with pytest.raises(BadModel, match="themes discover"):
            Assigner.from_bytes(damaged)


def test_no_theme_at_all_is_served_as_none() -> None:
    serving = Assigner.from_bytes(Assigner(np.zeros((0, 32), np.float32), np.zeros(0, np.float32), ()).to_bytes())
    assert serving.assign(rows(1, 2))[0] == [None, None]


def test_one_long_conversation_is_no_theme() -> None:
    found = rows(GROUPS, EACH)
    apart = [f"c{n}" for n in range(len(found))]
    assert len(discover(found, conversations=apart, seed=3).centroids) == GROUPS
    one = ["one"] * EACH + apart[EACH:]
    assert len(discover(found, conversations=one, seed=3).centroids) == GROUPS - 1
