"""Cohorts: compared with all others, and never so small that they tell of somebody."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.journeys.cohorts import LEAST, OTHERS, afterwards, before, cohorts, pooled
from nlp.journeys.facts import Done, Facts, Said
from nlp.journeys.ledger import DAY
from nlp.journeys.personas import SAYS, personas
from nlp.taxonomy import Stage, Taxonomy

STAGES = tuple(Stage(name, n, "") for n, name in enumerate(("purchase", "use", "exit"), start=1))
TAXONOMY = Taxonomy("t", 1, (), STAGES, {"ordered": "use", "cancelled": "exit"}, frozenset({"ordered"}))


def said(day: float, friction: float = 50.0) -> Said:
    return Said(int(day * DAY), "ticket", "x", "use", friction, 0.0, 0.0, 0.0, 0.0, ())


def done(day: float, name: str, value: float | None = None) -> Done:
    return Done(int(day * DAY), name, value)


def test_what_came_after_a_moment_is_told_apart_from_what_was_before() -> None:
    own = Facts((said(1), said(20)), (done(5, "ordered"), done(25, "cancelled")))
    assert before(own, 10 * DAY) == Facts((said(1),), (done(5, "ordered"),))
    came = afterwards([own, Facts((said(1),))], TAXONOMY, at=10 * DAY, until=40 * DAY)
    assert {name: column.tolist() for name, column in came.items()} == {
        "writes": [True, False],
        "leaves": [True, False],
        "buys": [False, False],
    }


def test_what_no_event_ever_tells_is_no_outcome() -> None:
    assert list(afterwards([Facts((said(1),))], TAXONOMY, at=0, until=DAY)) == ["writes"]


def test_a_group_is_compared_with_all_others() -> None:
    names = ["plus"] * 100 + ["basic"] * 100
    past = [Facts((said(1, 60.0 if name == "plus" else 20.0),)) for name in names]
    came = np.array([n % 100 < (40 if n < 100 else 10) for n in range(200)])
    basic, plus = cohorts(names, past, {"leaves": came})
    assert (plus.name, plus.customers, plus.conversations) == ("plus", 100, 100)
    assert plus.friction
    assert plus.friction.value == 60
    share = plus.outcomes["leaves"]
    assert share
    assert (share.value, share.others, share.differs) == (0.4, 0.1, True)
    assert (share.ratio_low or 0) < 4 < (share.ratio_high or 0)
    assert round(share.ratio or 0, 6) == 4
    assert basic.outcomes["leaves"]


@given(st.lists(st.sampled_from("abcdefg"), min_size=LEAST))
def test_no_group_is_too_small_and_none_follows_from_the_others(names: list[str]) -> None:
    found = Counter(pooled(names))
    assert min(found.values()) >= LEAST
    hidden = Counter(name for name, group in zip(names, pooled(names), strict=True) if group == OTHERS)
    assert not hidden or len(hidden) > 1


def test_a_share_behind_which_few_stand_is_hidden_with_one_more() -> None:
    names = ["a"] * 50 + ["b"] * 60 + ["c"] * 70
    came = np.array([False] * 48 + [True] * 2 + [n < 20 for n in range(60)] + [n < 30 for n in range(70)])
    found = {one.name: one.outcomes["leaves"] for one in cohorts(names, [Facts((said(1),))] * 180, {"leaves": came})}
    assert found["a"] is None
    assert found["b"] is None
    assert found["c"]


def test_fewer_customers_than_a_group_has_tell_nothing() -> None:
    assert cohorts(["a"] * 4, [Facts((said(1),))] * 4, {}) == []


def test_personas_go_by_recency_frequency_and_value() -> None:
    rich, poor = (done(1, "ordered", 900.0),), (done(1, "ordered", 9.0),)
    journeys = [Facts((said(day),), orders) for day in (10, 50, 90) for orders in (rich, poor, poor)]
    journeys += [Facts((said(90),), (*poor, done(2, "ordered", 9.0))), Facts((said(90),))]
    found = personas(journeys, TAXONOMY, at=100 * DAY, worth=[None] * len(journeys))
    assert set(found) <= set(SAYS)
    assert found == [
        "valued, silent",
        "silent",
        "silent",
        "valued, cooling",
        "cooling",
        "cooling",
        "champions",
        "newcomers",
        "newcomers",
        "regulars",
        "not yet buyers",
    ]


def test_a_lifetime_value_that_is_given_counts_before_what_was_paid() -> None:
    journeys = [Facts((said(9),), (done(1, "ordered", 10.0),))] * 3
    assert personas(journeys, TAXONOMY, at=DAY, worth=[1.0, 2.0, 500.0])[2] in ("champions", "valued, cooling")
