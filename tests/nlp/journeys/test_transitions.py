"""Transitions count the departures from each stage."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.journeys.transitions import Transition, transitions
from nlp.journeys.visits import Visit, merged, seen

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
STAGES = st.sampled_from(["consideration", "onboarding", "use", "exit", "unknown"])
TIMES = st.integers(0, 300).map(lambda n: START + n * DAY)
PATHS = st.lists(st.builds(seen, STAGES, TIMES), max_size=12)


def test_a_transition_counts_moves_customers_share_and_days() -> None:
    to_exit = [seen("use", START), seen("exit", START + 2 * DAY)]
    there_and_back = [
        seen("use", START),
        seen("exit", START + 4 * DAY),
        seen("use", START + 5 * DAY),
        seen("exit", START + 5 * DAY),
    ]
    to_renewal = [Visit("use", START, START + 9 * DAY, 4), seen("renewal", START + 10 * DAY)]
    assert transitions([to_exit, there_and_back, to_renewal, [seen("use", START)]]) == [
        Transition("use", "exit", 3, 2, 0.75, 2.0),
        Transition("exit", "use", 1, 1, 1.0, 1.0),
        Transition("use", "renewal", 1, 1, 0.25, 10.0),
    ]


@given(st.lists(PATHS.map(merged), max_size=6))
def test_the_shares_of_one_stage_sum_to_one(journeys: list[list[Visit]]) -> None:
    found = transitions(journeys)
    for origin in {t.origin for t in found}:
        assert sum(t.share for t in found if t.origin == origin) == pytest.approx(1)
    assert sum(t.count for t in found) == sum(max(0, len(stays) - 1) for stays in journeys)
    assert all(t.customers <= t.count and t.median_days >= 0 for t in found)
