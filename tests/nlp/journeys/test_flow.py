"""A map counts what happens at stages, and says how sure a figure is."""

from dataclasses import replace

import numpy as np
import pytest

from nlp.journeys.facts import Facts, Said
from nlp.journeys.flow import Seen, changed, moves, seen, stage_flows
from nlp.journeys.intervals import clustered, clustered_share, wilson
from nlp.journeys.ledger import DAY
from nlp.journeys.sessions import GAP, sessions
from nlp.metrics import Interval
from nlp.taxonomy import Stage, Taxonomy

STAGES = tuple(Stage(name, n, "") for n, name in enumerate(("buy", "use", "leave"), start=1))
TAXONOMY = Taxonomy("t", 1, (), STAGES, {})


def said(day: float, stage: str, friction: float = 50.0, theme: str = "", handed: bool = False) -> Said:
    themes = (theme,) if theme else ()
    return Said(int(day * DAY), "ticket", "refund", stage, friction, 0.0, 0.0, 0.0, 0.0, themes, handed)


def met(until: float, **customers: list[Said]) -> list[Seen]:
    found = {name: sessions(Facts(tuple(talks)), TAXONOMY) for name, talks in customers.items()}
    return [one for name, v in found.items() for one in seen(name, v, gap=GAP, until=int(until * DAY))]


def test_a_stage_counts_visits_begins_ends_returns_and_days() -> None:
    ann = [said(0, "buy"), said(4, "use", 10, "t1"), said(6, "buy", 90, "t1", handed=True)]
    (buy, use) = stage_flows(met(100, ann=ann, bob=[said(1, "use", 30)]), TAXONOMY.stage_names)
    assert (buy.stage, buy.conversations, buy.customers, buy.visits) == ("buy", 2, 1, 2)
    assert (buy.entries, buy.exits, buy.loops, buy.days) == (1, 1, 1, 4.0)
    assert (use.entries, use.exits, use.loops, use.days) == (1, 1, 0, 2.0)
    assert buy.drop_off == wilson(1, 2)
    assert buy.handovers == wilson(1, 2)
    assert use.friction
    assert (use.friction.value, use.themes, use.intents) == (20.0, (("t1", 1),), (("refund", 2),))


def test_whether_somebody_fell_silent_is_not_known_before_the_gap_is_over() -> None:
    (now,) = stage_flows(met(20, ann=[said(0, "buy")]), TAXONOMY.stage_names)
    (later,) = stage_flows(met(40, ann=[said(0, "buy")]), TAXONOMY.stage_names)
    assert (now.exits, now.drop_off, later.exits) == (0, None, 1)


def test_every_visit_is_left_once_and_every_journey_begins_once() -> None:
    found = met(200, ann=[said(0, "buy"), said(4, "use"), said(90, "use")], bob=[said(190, "leave")])
    told = {(m.origin, m.target, m.step): m.count for m in moves(found)}
    assert told == {
        ("start", "buy", -1): 1,
        ("start", "use", -1): 1,
        ("start", "leave", -1): 1,
        ("buy", "use", 0): 1,
        ("use", "silent", 1): 1,
        ("use", "silent", 0): 1,
        ("leave", "open", 0): 1,
    }


def test_periods_are_compared_only_where_enough_customers_were_there() -> None:
    (few,) = stage_flows(met(100, ann=[said(0, "buy")]), TAXONOMY.stage_names)
    now = replace(few, customers=10, friction=Interval(80, 70, 90))
    then = replace(now, friction=Interval(50, 40, 60))
    assert (changed(now, then), changed(now, now), changed(few, then)) == (["friction"], [], [])


def test_a_share_whose_rows_depend_on_their_owner_is_less_sure() -> None:
    draw = np.random.default_rng(7)
    held = {"rows": 0, "owners": 0}
    owners = np.repeat(np.arange(60), 6)
    for _ in range(500):
        hits = draw.random(360) < np.repeat(draw.beta(1, 2, 60), 6)
        found = {
            "rows": wilson(int(hits.sum()), 360),
            "owners": clustered_share(hits.astype(float), np.ones(360), owners),
        }
        for kind, one in found.items():
            held[kind] += bool(one and one.low <= 1 / 3 <= one.high)
    assert held["rows"] / 500 < 0.88
    assert 0.92 < held["owners"] / 500 < 0.98
    assert clustered_share(np.zeros(0), np.zeros(0), np.zeros(0)) is None


def test_wilson_keeps_within_0_and_1_and_covers_what_it_should() -> None:
    assert wilson(0, 0) is None
    one = wilson(3, 3)
    assert one
    assert (one.value, one.high) == (1.0, 1.0)
    assert 0.43 < one.low < 0.44
    draw = np.random.default_rng(7)
    told = [wilson(int(hits), 40) for hits in draw.binomial(40, 0.2, 2_000)]
    assert 0.93 < np.mean([t is not None and t.low <= 0.2 <= t.high for t in told]) < 0.98


def test_values_of_one_customer_do_not_count_as_many() -> None:
    values, each = np.array([0.0, 1.0] * 50), np.arange(100)
    alone = clustered(values, each, least=0, most=1)
    together = clustered(np.sort(values), each // 25, least=0, most=1)
    assert alone
    assert together
    assert together.high - together.low > 3 * (alone.high - alone.low)
    assert clustered(values[:0], each[:0], least=0, most=1) is None
    assert clustered(values[:2], np.zeros(2), least=0, most=1) == Interval(0.5, 0.5, 0.5)


def test_clustered_intervals_hold_the_truth_as_often_as_they_say() -> None:
    draw, held = np.random.default_rng(7), 0
    owners = np.repeat(np.arange(60), 3)
    for _ in range(1_000):
        found = clustered(draw.normal(size=60)[owners] + draw.normal(size=180), owners, least=-9, most=9)
        held += found is not None and found.low <= 0 <= found.high
    assert held / 1_000 == pytest.approx(0.95, abs=0.025)


def test_an_interval_holds_its_own_share_to_the_last_bit() -> None:
    for of in range(1, 400):
        for hits in (0, 1, of // 2, of):
            found = wilson(hits, of)
            assert found
            assert 0 <= found.low <= hits / of <= found.high <= 1
