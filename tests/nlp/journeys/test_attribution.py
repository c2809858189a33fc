"""Attribution: hand-computed chains, and what the Shapley value promises, against its definition."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.journeys.attribution import Credit, Path, attribution


def credits(paths: list[Path], **options: int) -> dict[str, Credit]:
    return {credit.touchpoint: credit for credit in attribution(paths, **options)}


def path(touchpoints: str, ended: bool = True, customer: str = "ann") -> Path:
    return Path(customer, tuple(touchpoints), ended)


def test_removal_is_what_the_chain_loses_by_hand() -> None:
    """From the start a 2/3, b 1/3; from a: b 1/2, lost 1/2; from b: end 1. Ends 2/3; without a 1/3, without b 0."""
    found = credits([path("ab"), path("a", False), path("b")])
    assert found["a"].removal.value == pytest.approx(1 - (1 / 3) / (2 / 3))
    assert found["b"].removal.value == pytest.approx(1)


def test_removal_follows_a_loop() -> None:
    """a leads to a half of the time, and to the end; without a nothing ends."""
    found = credits([path("aa"), path("c", False)])
    assert found["a"].removal.value == pytest.approx(1)
    assert found["c"].removal.value == pytest.approx(0)


def test_a_longer_memory_sees_what_order_one_does_not() -> None:
    """c ends the path after a and loses it after b; order 1 knows c alone."""
    paths = [path("ac"), path("bc", False)]
    one, two = credits(paths), credits(paths, order=2)
    assert one["b"].removal.value == pytest.approx(0.5)
    assert two["b"].removal.value == pytest.approx(0)
    assert two["a"].removal.value == pytest.approx(1)


def test_first_and_last_touch_are_shares_of_ends() -> None:
    found = credits([path("ab"), path("ba"), path("ab"), path("ccc", False)])
    assert [(found[t].first, found[t].last) for t in "abc"] == [(2 / 3, 1 / 3), (1 / 3, 2 / 3), (0, 0)]
    assert [(found[t].paths, found[t].ends) for t in "abc"] == [(3, 3), (3, 3), (1, 0)]


def test_nothing_ended_gives_no_credit() -> None:
    assert attribution([]) == []
    assert attribution([path("ab", False), path("")]) == []


PATHS = st.lists(st.builds(path, st.text("abcd", min_size=1, max_size=5), st.booleans()), min_size=1, max_size=12).map(
    lambda paths: [*paths, path("a")]
)


def by_definition(paths: list[Path], player: str) -> float:
    """Shapley 1953: the mean of what a player adds, over all orders in which coalitions form."""
    players = sorted({t for p in paths for t in p.touchpoints})

    def worth(coalition: set[str]) -> int:
        return sum(p.ended and set(p.touchpoints) <= coalition for p in paths)

    others, n = [p for p in players if p != player], len(players)
    return sum(
        factorial(size) * factorial(n - size - 1) / factorial(n) * (worth({*some, player}) - worth(set(some)))
        for size in range(n)
        for some in combinations(others, size)
    )


@settings(max_examples=15, deadline=None)
@given(PATHS)
def test_shapley_is_its_definition_efficient_and_nothing_to_a_null_player(paths: list[Path]) -> None:
    found, ends = credits(paths), sum(p.ended for p in paths)
    for name, credit in found.items():
        assert credit.shapley.value == pytest.approx(by_definition(paths, name) / ends)
        assert credit.ends or credit.shapley.value == 0
        assert -1e-9 <= credit.removal.value <= 1 + 1e-9
    assert sum(credit.shapley.value for credit in found.values()) == pytest.approx(1)


@settings(max_examples=10, deadline=None)
@given(PATHS)
def test_touchpoints_that_change_places_change_credit(paths: list[Path]) -> None:
    swapped = [path("".join(p.touchpoints).translate(str.maketrans("ab", "ba")), p.ended) for p in paths]
    one, two = credits(paths), credits(swapped)
    for name in one:
        other = two[name.translate(str.maketrans("ab", "ba"))]
        assert one[name].shapley.value == pytest.approx(other.shapley.value)
        assert one[name].removal.value == pytest.approx(other.removal.value)


def test_lift_is_above_one_for_what_carries_more_than_its_part() -> None:
    found = credits([path("a", n < 30, f"a{n}") for n in range(60)] + [path("b", n < 6, f"b{n}") for n in range(60)])
    assert found["a"].lift.value == pytest.approx((30 / 36) / (1 / 2))
    assert found["a"].lift.low > 1 > found["b"].lift.high


def test_intervals_come_again_with_the_seed_and_widen_with_clusters() -> None:
    rng = np.random.default_rng(1)
    paths = [path("ab"[n % 2], bool(rng.random() < 0.4), f"c{n}") for n in range(200)]
    assert attribution(paths, seed=3) == attribution(paths, seed=3) != attribution(paths, seed=4)
    one = credits(paths)["a"].shapley
    thrice = credits([p for p in paths for _ in range(3)])["a"].shapley
    assert (one.value, one.low, one.high) == pytest.approx((thrice.value, thrice.low, thrice.high))
