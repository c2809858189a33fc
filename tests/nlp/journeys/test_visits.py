"""Visits in a row at one stage are one stay."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nlp.journeys.visits import Visit, merged, seen

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
STAGES = st.sampled_from(["consideration", "onboarding", "use", "exit", "unknown"])
TIMES = st.integers(0, 300).map(lambda n: START + n * DAY)
PATHS = st.lists(st.builds(seen, STAGES, TIMES), max_size=12)


def test_neighbours_at_one_stage_are_one_stay_and_unknown_says_nothing() -> None:
    visits = [seen("use", START + n * DAY) for n in (3, 0, 1)]
    visits += [seen("unknown", START + 2 * DAY), seen("exit", START + 4 * DAY), seen("use", START + 5 * DAY)]
    assert merged(visits) == [
        Visit("use", START, START + 3 * DAY, 3),
        seen("exit", START + 4 * DAY),
        seen("use", START + 5 * DAY),
    ]


def test_what_happens_in_one_moment_happens_in_the_order_of_a_journey() -> None:
    visits = [seen("use", START), seen("onboarding", START)]
    assert [stay.stage for stay in merged(visits, order=["onboarding", "use"])] == ["onboarding", "use"]


@given(PATHS, st.sampled_from([(), ("consideration", "onboarding", "use"), ("exit", "use")]))
def test_visits_merge_idempotently_and_none_is_lost(visits: list[Visit], order: tuple[str, ...]) -> None:
    stays = merged(visits, order=order)
    assert merged(stays, order=order) == stays
    assert sum(stay.times for stay in stays) == sum(visit.stage != "unknown" for visit in visits)
    assert all(a.stage != b.stage and a.until <= b.since for a, b in pairwise(stays))
