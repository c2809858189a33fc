"""A promised precision is kept on new texts, a higher promise keeps fewer of them, and too high a one keeps none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.promise import NOTHING, curve, threshold

GUESSES = st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=80)


def guesses(size: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Confidence that says what it is: a guess is right as often as its confidence tells."""
    draw = np.random.default_rng(seed)
    confidence = draw.beta(4, 1.5, size)
    return confidence, draw.random(size) < confidence


def test_a_promise_is_broken_on_new_texts_by_fewer_than_one_fit_in_twenty() -> None:
    new, right = guesses(100_000, seed=0)
    broken = 0
    for seed in range(1, 61):
        least = threshold(curve(*guesses(600, seed=seed)), precision=0.85)
        broken += least != NOTHING and right[new >= least].mean() < 0.85
    assert broken <= 3


def test_many_texts_make_the_promise_cheap() -> None:
    few, many = (curve(*guesses(size, seed=3)) for size in (150, 20_000))
    assert threshold(many, precision=0.9) < threshold(few, precision=0.9)


@settings(deadline=None, max_examples=40)
@given(GUESSES, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_promise_never_has_a_lower_threshold(
    pairs: list[tuple[float, bool]], one: float, other: float
) -> None:
    places = curve(*map(np.array, zip(*pairs, strict=True)))
    low, high = sorted((one, other))
    assert threshold(places, precision=low) <= threshold(places, precision=high)


@settings(deadline=None, max_examples=40)
@given(GUESSES)
def test_each_place_tells_what_its_threshold_keeps(pairs: list[tuple[float, bool]]) -> None:
    confidence, right = map(np.array, zip(*pairs, strict=True))
    for place in curve(confidence, right):
        kept = confidence >= np.float32(place.threshold)
        assert place.coverage == pytest.approx(kept.mean())
        assert place.precision == pytest.approx(right[kept].mean())
        assert place.low <= place.precision


def test_what_cannot_be_promised_keeps_nothing() -> None:
    assert threshold(curve(np.linspace(0.5, 1, 40), np.arange(40) % 2 == 0), precision=0.9) == NOTHING
    assert threshold(curve(np.array([]), np.array([], bool)), precision=0.5) == NOTHING


def test_a_promise_is_a_share() -> None:
    with pytest.raises(ValueError, match=r"95: a share between 0 and 1"):
        threshold([], precision=95)
