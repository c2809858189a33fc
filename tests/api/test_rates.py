"""How much an actor may ask, and when again."""

import pytest

from api.security.rates import DAY, MOST, Rates

NOON = 20_000 * DAY + DAY / 2


def waits(rates: Rates, times: int, *, at: float, rate: int = 60, quota: int = 0, id: str = "a") -> list[float]:
    found = [rates.ask(id, rate=rate, quota=quota, at=at) for _ in range(times)]
    return [standing.wait for standing in found if standing]


def test_as_many_at_once_as_in_a_minute_and_then_as_many_as_time_brings() -> None:
    rates = Rates()
    assert waits(rates, 61, at=NOON) == [0.0] * 60 + [1.0]
    assert waits(rates, 2, at=NOON + 1) == [0.0, 1.0]
    assert waits(rates, 61, at=NOON + 3_600) == [0.0] * 60 + [1.0]


def test_asking_while_there_is_nothing_left_costs_nothing() -> None:
    rates = Rates()
    waits(rates, 1_000, at=NOON)
    assert waits(rates, 1, at=NOON + 1) == [0.0]


def test_each_actor_has_a_bucket_of_their_own() -> None:
    rates = Rates()
    waits(rates, 100, at=NOON)
    assert waits(rates, 1, at=NOON, id="b") == [0.0]


def test_a_quota_is_of_a_day_and_tells_when_it_ends() -> None:
    rates = Rates()
    assert waits(rates, 3, at=NOON, rate=0, quota=2) == [0.0, 0.0, DAY / 2]
    assert waits(rates, 1, at=NOON + DAY / 2, rate=0, quota=2) == [0.0]


def test_what_a_rate_refuses_counts_in_no_quota() -> None:
    rates = Rates()
    assert waits(rates, 3, at=NOON, rate=1, quota=2)[1:] != [0.0, 0.0]
    assert waits(rates, 1, at=NOON + 60, rate=1, quota=2) == [0.0]


def test_headers_tell_what_is_left_and_when_it_is_full_again() -> None:
    rates = Rates()
    standing = rates.ask("a", rate=60, quota=0, at=NOON)
    assert standing is not None
    assert standing.headers() == {"ratelimit-limit": "60", "ratelimit-remaining": "59", "ratelimit-reset": "1"}
    assert rates.ask("a", rate=0, quota=0, at=NOON) is None


def test_a_clock_that_goes_back_gives_and_takes_nothing() -> None:
    rates = Rates()
    waits(rates, 60, at=NOON)
    assert waits(rates, 1, at=NOON - 10) == [pytest.approx(1.0)]


def test_whoever_has_not_asked_for_longest_is_forgotten_first() -> None:
    rates = Rates()
    for n in range(MOST + 10):
        rates.ask(str(n), rate=1, quota=0, at=NOON)
    assert len(rates._buckets) == MOST
    assert waits(rates, 1, at=NOON, rate=1, id=str(MOST))[0] > 0
    assert waits(rates, 1, at=NOON, rate=1, id="0") == [0.0]
