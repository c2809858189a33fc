"""Sequences of steps: frequent, closed, within their time; and what stands out of them."""

from itertools import product
from random import Random

import numpy as np

from nlp.journeys.facts import Done, Facts, Said
from nlp.journeys.ledger import DAY
from nlp.journeys.moments import micro_moments
from nlp.journeys.outcomes import episodes, last_seen
from nlp.journeys.sequences import CUSTOMERS, RECENT, WINDOW, Histories, sequences
from nlp.journeys.steps import MENDS, SOURS, Step, steps
from nlp.taxonomy import Stage, Taxonomy

STAGES = tuple(Stage(name, n, "") for n, name in enumerate(("purchase", "use", "exit"), start=1))
TAXONOMY = Taxonomy("t", 1, (), STAGES, {"cancelled": "exit"})


def said(day: float, theme: str = "", stage: str = "use", mood: float = 0.0, intent: str = "none") -> Said:
    return Said(int(day * DAY), "ticket", intent, stage, 50.0, mood, mood, 0.0, 0.0, (theme,) if theme else ())


def theme(name: str, stage: str = "use", turn: str = "") -> Step:
    return Step(stage, "theme", name, turn)


def test_a_step_is_a_contact_in_all_its_degrees_and_a_turn_is_beside_the_contact_before() -> None:
    assert steps(said(1, "a", mood=-0.8), said(0)) == (
        theme("a", turn=SOURS),
        Step("use", "", "", SOURS),
        theme("a"),
        Step("use", "", "", ""),
    )
    assert steps(said(1, mood=0.9, intent="x"), said(0))[0] == Step("use", "intent", "x", MENDS)
    assert [s.turn for s in steps(said(1, "a", mood=-0.8), None)] == ["", ""]
    assert steps(said(1, "a", stage="unknown"), None) == (theme("a", "unknown"),)


def by_hand(journeys: list[Facts], steps_: tuple[Step, ...]) -> list[int]:
    """The rows that a sequence ends, every choice of contacts tried."""
    found, row = [], 0
    for own in journeys:
        can = [set(steps(s, own.said[n - 1] if n else None)) for n, s in enumerate(own.said)]
        for n, last in enumerate(own.said):
            before = [k for k in range(max(0, n - RECENT), n) if last.at - own.said[k].at <= WINDOW]
            ways = product(*([k for k in before if step in can[k]] for step in steps_[:-1]))
            if steps_[-1] in can[n] and any(list(way) == sorted(set(way)) for way in ways):
                found.append(row)
            row += 1
    return found


def test_what_is_found_is_there_and_what_is_frequent_is_found() -> None:
    rng = Random(3)
    journeys = [
        Facts(tuple(said(day, rng.choice("abc")) for day in sorted(rng.sample(range(90), rng.randrange(1, 6)))))
        for _ in range(150)
    ]
    histories = Histories.of(journeys)
    found = {one.steps: one.rows.tolist() for one in sequences(histories, customers=len(journeys))}
    assert found
    for steps_, rows in found.items():
        assert rows == by_hand(journeys, steps_)
        assert len(np.unique(histories.customer[rows])) >= CUSTOMERS
    assert len({tuple(rows) for rows in found.values()}) == len(found)
    kinds = [theme(name) for name in "abc"] + [Step("use", "", "", "")]
    for pair in product(kinds, kinds):
        rows = by_hand(journeys, pair)
        assert len(np.unique(histories.customer[rows])) < CUSTOMERS or rows in found.values()


def test_steps_further_apart_than_the_window_are_no_sequence() -> None:
    journeys = [Facts((said(0, "a"), said(gap, "b"))) for gap in (31,) * 50]
    assert sequences(Histories.of(journeys), customers=50) == []
    near = [Facts((said(0, "a"), said(30, "b")))] * 50
    assert [one.steps for one in sequences(Histories.of(near), customers=50)] == [(theme("a"), theme("b"))]


def test_a_sequence_that_leads_to_leaving_stands_out_by_its_past_not_by_its_last_step() -> None:
    """b ends half of the customers that met a before it, a tenth of those that met c."""
    journeys = [
        Facts((said(0, first), said(5, "b")), (Done(10 * DAY, "cancelled", None),) if n % 10 < share else ())
        for first, share in (("a", 5), ("c", 1))
        for n in range(100)
    ]
    journeys += [Facts((said(200, "z"),))]
    histories, rows = Histories.of(journeys), episodes(journeys, TAXONOMY, until=200 * DAY)
    found = micro_moments(sequences(histories, customers=201), histories, rows, "leaves")
    told = {moment.steps: moment for moment in found}
    best = told[theme("a"), theme("b")]
    assert (best.stands_out, best.contacts, best.customers) == (True, 100, 100)
    assert best.risk
    assert (best.risk.value, best.others, round(best.ratio or 0, 6)) == (0.5, 0.1, 5)
    assert (best.low or 0) < 5 < (best.high or 0)
    assert set(best.examples) <= set(range(100))
    assert not told[theme("c"), theme("b")].stands_out
    assert found[0] == best


def test_of_unrelated_sequences_none_stands_out() -> None:
    rng = Random(5)
    journeys = [
        Facts(
            tuple(said(day, rng.choice("abcd")) for day in (0, 4, 9)),
            (Done(20 * DAY, "cancelled", None),) if rng.random() < 0.2 else (),
        )
        for _ in range(800)
    ]
    histories, rows = Histories.of(journeys), episodes([*journeys], TAXONOMY, until=100 * DAY)
    found = micro_moments(sequences(histories, customers=800), histories, rows, "leaves")
    assert sum(moment.p is not None for moment in found) > 20
    assert not any(moment.stands_out for moment in found)


def test_nobody_and_nobody_who_leaves_tell_nothing() -> None:
    empty = Histories.of([])
    assert sequences(empty, customers=0) == []
    journeys = [Facts((said(0, "a"), said(3, "b")))] * 40
    histories = Histories.of(journeys)
    rows = episodes(journeys, TAXONOMY, until=last_seen(journeys, now=9 * DAY))
    (only,) = micro_moments(sequences(histories, customers=40), histories, rows, "leaves")
    assert (only.risk, only.ratio, only.stands_out, only.contacts) == (None, None, False, 40)
