"""Of a tree's cuts that one is chosen which is distinct, comes back, and is no looser than what people call intent."""

from itertools import pairwise

import numpy as np
import pytest

from nlp.themes.tree import STABLE, Cut, chosen, coherence, cuts

NONE = np.zeros(1, np.intp)
COUNTS = range(2, 12)


def tried(stable: float, *, best: int) -> list[Cut]:
    """Ten cuts from a cohesion of 0.50 on, each finer one 0.03 tighter, all as `stable`; `best` is most distinct."""
    distinct = [1 - abs(n - best) / 3 for n in COUNTS]
    return [Cut(NONE + n, 0.44 + 0.03 * n, distinct[n - 2], stable) for n in COUNTS]


def number(cut: Cut) -> int:
    return int(cut.labels[0])


def test_without_a_cohesion_the_cut_of_most_merit_is_chosen() -> None:
    assert number(chosen(tried(0.9, best=6))) == 6


def test_of_cuts_whose_merit_is_as_good_as_the_same_the_coarsest_is_chosen() -> None:
    merits = [0.40, 0.60, 0.80, 0.80, 0.802, 0.804, 0.806, 0.808, 0.81, 0.812]  # they are averaged over those around
    flat = [Cut(NONE + n, 0.5, merit / 0.9, 0.9) for n, merit in zip(COUNTS, merits, strict=True)]
    assert 4 <= number(chosen(flat)) < 9
    sinking = [Cut(NONE + n, 0.5, -merit / 0.9, 0.9) for n, merit in zip(COUNTS, merits, strict=True)]
    assert number(chosen(sinking)) == 2


@pytest.mark.parametrize(("cohesion", "number_of"), [(0.50, 2), (0.64, 6), (0.73, 9), (0.76, 10)])
def test_where_the_encoder_tells_how_near_texts_of_an_intent_lie_no_theme_is_looser(
    cohesion: float, number_of: int
) -> None:
    assert number(chosen(tried(0.9, best=2), cohesion)) == number_of


def test_of_cuts_that_are_tight_enough_the_one_of_most_merit_is_chosen() -> None:
    assert number(chosen(tried(0.9, best=6), 0.56)) == 6


def test_a_cut_that_does_not_come_back_is_not_chosen_for_its_cohesion() -> None:
    loose = tried(0.9, best=3)[:5] + tried(0.3, best=3)[5:]
    assert number(chosen(loose, 0.77)) <= 6


@pytest.mark.parametrize("cohesion", [None, 0.62])
def test_where_no_cut_is_stable_those_that_nearly_are_the_most_stable_are_chosen_from(cohesion: float | None) -> None:
    assert number(chosen(tried(0.65, best=6), cohesion)) == 6
    weak = [Cut(NONE + n, 0.5, 0.5, 0.1 + 0.3 * (n == 4)) for n in range(9)]
    assert number(chosen(weak, cohesion)) == 4


def test_a_hair_of_stability_does_not_decide_how_fine_the_themes_are() -> None:
    def found(most: float) -> int:
        """Of cuts each a little less stable than the coarser one, where none is as tight as intents."""
        return number(chosen([Cut(NONE + n, 0.40 + 0.01 * n, 0.5, most - 0.01 * (n - 2)) for n in COUNTS], 0.90))

    told = [found(STABLE + step / 200) for step in range(-4, 12)]
    assert max(abs(a - b) for a, b in pairwise(told)) <= 1
    assert min(told) > 2


def test_where_no_cut_is_as_tight_as_intents_the_tightest_is_chosen() -> None:
    assert number(chosen(tried(0.9, best=6), 0.90)) == 11


def test_coherence_is_the_mean_cosine_to_the_centroid_of_ones_label() -> None:
    rows = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
    assert coherence(rows, np.array([0, 1, 1])) == pytest.approx(1)
    assert coherence(rows[:2], np.array([0, 0])) == pytest.approx(np.sqrt(0.5))


def test_finer_cuts_of_one_tree_cohere_more() -> None:
    rows = np.random.default_rng(0).normal(size=(120, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = [cut.cohesion for cut in cuts(rows, fewest=2, most=20)]
    assert found[0] < found[-1] <= 1
