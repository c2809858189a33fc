"""Metrics agree with scikit-learn's, and an interval holds its figure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, recall_score, roc_auc_score

from nlp.metrics import Interval, auc, expected_calibration_error, interval, macro_f1, macro_recall, proportion

PAIRS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcde")), min_size=1, max_size=50)


@given(PAIRS)
def test_macro_figures_are_scikit_learns_over_the_true_classes(pairs: list[tuple[str, str]]) -> None:
    truth, guess = (np.array(column) for column in zip(*pairs, strict=True))
    options = {"labels": sorted(set(truth)), "average": "macro", "zero_division": 0.0}
    assert macro_f1(truth, guess) == pytest.approx(f1_score(truth, guess, **options))
    assert macro_recall(truth, guess) == pytest.approx(recall_score(truth, guess, **options))


def test_an_interval_holds_its_figure_and_comes_out_the_same_twice() -> None:
    right = np.arange(100) < 80
    found = interval(np.mean, right, seed=3)
    assert found == interval(np.mean, right, seed=3)
    assert isinstance(found, Interval)
    assert 0.7 < found.low < found.value == 0.8 < found.high < 0.9


def test_no_rows_give_no_figure() -> None:
    assert interval(np.mean, np.array([]), seed=3) is None


def test_confidence_that_keeps_its_word_has_no_calibration_error() -> None:
    right = np.array([True] * 75 + [False] * 25)
    assert expected_calibration_error(np.full(100, 0.75), right) == pytest.approx(0)
    assert expected_calibration_error(np.full(100, 0.95), right) == pytest.approx(0.2)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=50))
def test_the_area_under_the_curve_is_scikit_learns(pairs: list[tuple[bool, int]]) -> None:
    positive, score = (np.array(column) for column in zip(*pairs, strict=True))
    if positive.all() or not positive.any():
        assert np.isnan(auc(positive, score))
    else:
        assert auc(positive, score) == pytest.approx(roc_auc_score(positive, score))


def test_a_share_of_all_is_not_sure_and_one_of_nothing_is_none() -> None:
    all_of_ten, half = proportion(10, 10), proportion(50, 100)
    assert all_of_ten
    assert half
    assert (all_of_ten.value, all_of_ten.high) == (1.0, pytest.approx(1.0))
    assert all_of_ten.low == pytest.approx(0.722, abs=0.001)  # Wilson's by any table
    assert (half.low, half.high) == (pytest.approx(0.404, abs=0.001), pytest.approx(0.596, abs=0.001))
    assert proportion(0, 0) is None
