"""The course of a feeling: quarters on -5..+5, what is near together, and the slope."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.conversation import Segment, Speaker, Turn
from nlp.course import course, points


def evenly(*feelings: float) -> list[tuple[float, float]]:
    return [(n / len(feelings), feeling) for n, feeling in enumerate(feelings)]


def test_a_conversation_that_turns_good_rises_from_minus_to_plus_five() -> None:
    found = course(evenly(-1, 0, 0.5, 1))
    assert found.quarters[0] == -5
    assert found.quarters[1] == 0
    assert found.quarters[3] == 5
    assert found.overall == pytest.approx(sum(found.quarters) / 4)
    assert found.slope == pytest.approx(1.95)


def test_anger_in_a_row_weighs_more_than_the_same_anger_apart() -> None:
    row, apart = (course([(0.1 * n, s) for n, s in enumerate(said)]) for said in ((-0.6, -0.6, 0), (-0.6, 0, -0.6)))
    assert row.quarters[0] < apart.quarters[0] == pytest.approx(-2.0)


def test_calm_turns_between_make_a_quarter_milder() -> None:
    often, seldom = (course([(0.0, -0.8), *((0.1, s) for s in rest)]) for rest in ((-0.8,), (0, 0)))
    assert often.overall < seldom.overall < 0


def test_a_quarter_without_a_word_has_no_score_and_does_not_count() -> None:
    found = course([(0.0, -0.4), (0.9, 0.4)])
    assert found.quarters == (-2.0, None, None, 2.0)
    assert (found.overall, found.slope) == (0.0, pytest.approx(0.8))


def test_silence_has_no_course_and_one_word_no_slope() -> None:
    assert (course([]).quarters, course([]).overall, course([]).slope) == ((None,) * 4, None, None)
    assert (course([(0.0, 0.5)]).overall, course([(0.0, 0.5)]).slope) == (2.5, None)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-1, 1)), max_size=30))
def test_no_score_leaves_the_scale(said: list[tuple[float, float]]) -> None:
    found = course(sorted(said))
    assert all(-5 <= score <= 5 for score in (*found.quarters, found.overall) if score is not None)


def test_a_point_lies_where_its_segment_does_among_all_turns() -> None:
    turns = (Turn(0, Speaker.CUSTOMER, "a" * 100), Turn(1, Speaker.AGENT, "b"), Turn(2, Speaker.CUSTOMER, ""))
    said = [(Segment("c", 2, 0, 0), 1.0), (Segment("c", 0, 0, 50), -1.0), (Segment("c", 0, 50, 100), 0.0)]
    assert points(turns, said) == [(0.0, -1.0), (pytest.approx(1 / 6), 0.0), (pytest.approx(2 / 3), 1.0)]
