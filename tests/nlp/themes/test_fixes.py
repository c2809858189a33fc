"""A fix is judged against the other themes, and not at all where there is too little to judge by."""

import numpy as np

from nlp.themes.fixes import EARLY, THIN, UNCLEAR, UNSEEN, WORKED, WORSE, effect

THEMES, DAYS, FIXED = 10, 112, 56
OTHERS = np.arange(THEMES) > 0


def daily(*, before: float = 2, after: float = 2, volume_after: float = 1, seed: int = 0) -> np.ndarray:
    rates = np.full((THEMES, DAYS), 2.0)
    rates[0, :FIXED], rates[0, FIXED:] = before, after
    rates[:, FIXED:] *= volume_after
    return np.random.default_rng(seed).poisson(rates)


def test_a_fix_that_halves_a_theme_worked_with_the_half_in_its_interval() -> None:
    found = effect(daily(after=1), 0, OTHERS, FIXED)
    assert found.verdict == WORKED
    assert found.ratio is not None
    assert found.ratio.low < 0.5 < found.ratio.high < 1
    assert (found.days_before, found.days_after) == (56, 56)
    assert found.expected > found.after


def test_less_of_everything_is_no_effect() -> None:
    found = effect(daily(volume_after=0.4), 0, OTHERS, FIXED)
    assert found.verdict == UNSEEN
    assert found.others < 0.5


def test_as_many_while_everything_else_falls_is_worse() -> None:
    assert effect(daily(after=5, volume_after=0.4), 0, OTHERS, FIXED).verdict == WORSE


def test_what_was_falling_before_is_not_the_fixs_merit() -> None:
    counts = daily(after=0.3)
    counts[0, 28:FIXED] = np.random.default_rng(1).poisson(0.8, 28)
    assert effect(counts, 0, OTHERS, FIXED).verdict == UNCLEAR


def test_two_weeks_must_have_passed_and_some_conversations_be_there() -> None:
    assert effect(daily(after=0)[:, : FIXED + 13], 0, OTHERS, FIXED).verdict == EARLY
    assert effect(daily(after=0), 0, OTHERS, 5).verdict == EARLY
    assert effect(daily(before=0.05, after=0), 0, OTHERS, FIXED).verdict == THIN
    assert effect(daily(after=0), 0, np.zeros(THEMES, bool), FIXED).verdict == THIN
    assert effect(daily(), 0, OTHERS, DAYS + 10).verdict == EARLY


def test_the_same_counts_give_the_same_interval() -> None:
    assert effect(daily(after=1), 0, OTHERS, FIXED) == effect(daily(after=1), 0, OTHERS, FIXED)
