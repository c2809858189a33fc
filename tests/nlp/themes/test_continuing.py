"""Known themes go on where they still fit, new ones are found beside them, and what does not fit gives way."""

import numpy as np
import pytest

from nlp.encoder import Floats
from nlp.themes.continuing import continued, gains
from nlp.themes.discover import discover

GROUPS, EACH = 6, 40


def rows(groups: int, *, seed: int = 1, spread: float = 0.06) -> Floats:
    """Bundles of EACH unit vectors around the first axes of 32 dimensions."""
    centres = np.repeat(np.eye(32, dtype=np.float32)[:groups], EACH, axis=0)
    found = centres + np.random.default_rng(seed).normal(0, spread, centres.shape)
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def axes(centroids: Floats) -> list[int]:
    """The bundle that each centroid lies in."""
    return sorted(np.abs(centroids).argmax(axis=1).tolist())


def test_themes_that_fit_new_rows_as_well_go_on_though_others_would_be_found() -> None:
    known = discover(rows(GROUPS)).centroids
    halved = np.concatenate([known[:-1], known[-1:] + 0.1 * np.eye(32)[20], known[-1:] - 0.1 * np.eye(32)[20]])
    found = continued(rows(GROUPS, seed=2), halved.astype(np.float32), known, lambda shape, labels: known)
    assert np.array_equal(found, known)


def test_a_new_theme_is_found_beside_the_known_ones() -> None:
    known = discover(rows(GROUPS - 1)).centroids
    found = discover(rows(GROUPS, seed=2), known=known)
    assert axes(found.centroids) == list(range(GROUPS))


def test_what_is_known_of_other_things_gives_way_to_what_is_found() -> None:
    elsewhere = np.eye(32, dtype=np.float32)[[20, 21]]
    assert axes(discover(rows(GROUPS), known=elsewhere).centroids) == list(range(GROUPS))


def test_a_theme_that_lumps_two_together_gives_way_to_both() -> None:
    lump = discover(rows(GROUPS)).centroids[2:]
    both = rows(GROUPS)[: 2 * EACH].mean(axis=0)
    known = np.concatenate([lump, (both / np.linalg.norm(both))[None]])
    assert axes(discover(rows(GROUPS), known=known.astype(np.float32)).centroids) == list(range(GROUPS))


@pytest.mark.parametrize("known", [np.zeros((0, 32), np.float32), np.zeros((3, 32), np.float32)])
def test_without_known_centroids_all_is_as_it_is_found(known: Floats) -> None:
    plain, told = discover(rows(GROUPS)), discover(rows(GROUPS), known=known)
    assert np.array_equal(plain.centroids, told.centroids)
    assert plain.labels == told.labels


def test_a_theme_gains_nothing_over_itself_and_much_over_what_is_not_like_it() -> None:
    found = discover(rows(GROUPS)).centroids
    assert np.abs(gains(rows(GROUPS), found, found)).max() < 1e-3
    assert gains(rows(GROUPS), found, np.eye(32, dtype=np.float32)[[20]]).min() > 0.5
