"""Friction: a figure that grows with every reason to hurt."""

from hypothesis import given
from hypothesis import strategies as st

from nlp.friction import WEIGHTS, friction

NOTHING = dict.fromkeys(WEIGHTS, 0.0)
STRENGTHS = st.fixed_dictionaries({reason: st.floats(0, 1) for reason in WEIGHTS})


@given(STRENGTHS)
def test_friction_stays_in_range_and_no_reason_lessens_it(strengths: dict[str, float]) -> None:
    value = friction(**strengths)
    assert 0 <= value <= 100
    assert all(friction(**{**strengths, reason: 0.0}) <= value + 1e-9 for reason in WEIGHTS)


def test_without_a_reason_there_is_none_and_with_all_it_is_severe() -> None:
    assert friction(**NOTHING) == 0
    assert friction(**dict.fromkeys(WEIGHTS, 1.0)) > 85


def test_feeling_weighs_most_and_then_effort() -> None:
    alone = {reason: friction(**{**NOTHING, reason: 1.0}) for reason in WEIGHTS}
    assert sorted(alone, key=alone.__getitem__)[-2:] == ["effort", "feeling"]
