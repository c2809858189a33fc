"""A short segment is read in its conversation, a long one by itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nlp.encoder import Floats
from nlp.themes.context import ENOUGH, in_context

EAST, NORTH = np.eye(2, dtype=np.float32)


def test_a_short_segment_is_drawn_towards_its_conversation_and_a_long_one_is_not() -> None:
    rows = np.array([EAST, NORTH, NORTH], np.float32)
    short, long, other = in_context(rows, ["a", "a", "b"], [10, ENOUGH, 10])
    assert short @ NORTH > 0.3
    assert short @ EAST > short @ NORTH
    assert np.allclose(long, NORTH)
    assert np.allclose(other, NORTH)


def test_a_segment_alone_stays_itself() -> None:
    rows = np.array([EAST, NORTH], np.float32)
    assert np.allclose(in_context(rows, ["a", "b"], [1, 1]), rows)


def test_no_segments_give_no_rows() -> None:
    assert in_context(np.zeros((0, 4), np.float32), [], []).shape == (0, 4)


@given(arrays.arrays(np.float32, (6, 3), elements=st.floats(0.125, 1, width=32)), st.permutations(range(6)))
def test_the_order_of_the_segments_does_not_matter(rows: Floats, order: list[int]) -> None:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    of, lengths = ["a", "a", "b", "b", "b", "c"], [5, 50, 100, 200, 300, 7]
    straight = in_context(unit, of, lengths)
    turned = in_context(unit[order], [of[n] for n in order], [lengths[n] for n in order])
    assert np.allclose(straight[order], turned, atol=1e-5)
    assert np.allclose(np.linalg.norm(straight, axis=1), 1, atol=1e-4)
