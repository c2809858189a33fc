"""Impact is the mean without a theme less the mean of all, with an interval where enough people tell it."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from nlp.themes.impact import FEWEST, impacts

N = 400


def members(*rows: slice) -> csr_array:
    found = np.zeros((N, len(rows)), bool)
    for theme, own in enumerate(rows):
        found[own, theme] = True
    return csr_array(found)


def test_the_change_is_the_mean_without_less_the_mean_of_all() -> None:
    scores = np.where(np.arange(N) < 100, -1.0, 0.5)
    found = impacts(scores, np.arange(N), members(slice(0, 100), slice(100, 200)))
    assert found[0].change == pytest.approx(0.5 - scores.mean())
    assert found[1].change == pytest.approx(scores[np.r_[0:100, 200:N]].mean() - scores.mean())
    assert [f.conversations for f in found] == [100, 100]
    for one in found:
        assert one.change is not None
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.change < one.high
    assert found[0].low is not None
    assert found[0].low > 0


def test_many_conversations_of_few_people_widen_the_interval() -> None:
    scores = np.repeat(np.random.default_rng(0).normal(0, 1, N // 4), 4)
    own = members(slice(0, 200))
    (alone,), (together,) = impacts(scores, np.arange(N), own), impacts(scores, np.arange(N) // 4, own)
    assert alone.change == pytest.approx(together.change)
    assert together.high - together.low > 1.5 * (alone.high - alone.low)  # type: ignore[operator]


def test_conversations_without_a_score_do_not_count() -> None:
    scores = np.where(np.arange(N) % 2, np.nan, np.arange(N) / N)
    (found,) = impacts(scores, np.arange(N), members(slice(0, 100)))
    assert found.conversations == 50
    assert found.change == pytest.approx(np.nanmean(scores[100:]) - np.nanmean(scores))


def test_few_people_have_a_change_and_no_interval_and_nobody_has_neither() -> None:
    few, none, every = impacts(
        np.random.default_rng(0).normal(size=N), np.arange(N), members(slice(0, FEWEST - 1), slice(0, 0), slice(0, N))
    )
    assert (few.low, few.high) == (None, None)
    assert few.change is not None
    assert (none.change, none.conversations) == (0.0, 0)
    assert every.change is None
    (unscored,) = impacts(np.full(N, np.nan), np.arange(N), members(slice(0, 10)))
    assert (unscored.change, unscored.low, unscored.conversations) == (None, None, 0)


def test_many_customers_are_resampled_in_parts_to_the_same_interval() -> None:
    draw = np.random.default_rng(0)
    scores, told = draw.normal(size=20_000), csr_array(draw.random((20_000, 1)) < 0.05)
    (found,) = impacts(scores, np.arange(20_000), told)
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 / np.sqrt(20_000 / 0.05), rel=0.15)
    assert impacts(scores, np.arange(20_000), told) == [found]
