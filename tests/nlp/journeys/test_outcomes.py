"""What came after contacts: known only where its horizon is over, and told per customer, theme and stage."""

import numpy as np

from nlp.journeys.associations import CASES, associations, risk_ratio
from nlp.journeys.facts import Done, Facts, Said
from nlp.journeys.ledger import DAY
from nlp.journeys.outcomes import Episodes, episodes, last_seen
from nlp.taxonomy import Stage, Taxonomy

STAGES = tuple(Stage(name, n, "") for n, name in enumerate(("purchase", "use", "exit"), start=1))
TAXONOMY = Taxonomy("t", 1, (), STAGES, {"ordered": "use", "cancelled": "exit"}, frozenset({"ordered"}))


def said(day: float, stage: str = "use", *themes: str) -> Said:
    return Said(int(day * DAY), "ticket", "x", stage, 50.0, 0.0, 0.0, 0.0, 0.0, themes)


def done(day: float, name: str) -> Done:
    return Done(int(day * DAY), name, None)


def found(*journeys: Facts, until: float = 100) -> Episodes:
    return episodes(journeys, TAXONOMY, until=int(until * DAY))


def test_an_outcome_counts_within_its_horizon() -> None:
    rows = found(
        Facts((said(0), said(7), said(20)), (done(40, "cancelled"),)),
        Facts((said(0, "purchase"), said(31, "purchase")), (done(40, "ordered"),)),
    )
    assert rows.outcomes["leaves"].tolist() == [0, 0, 1, 0, 0]
    assert rows.outcomes["writes_again"].tolist() == [1, 0, 0, 0, 0]
    assert rows.outcomes["does_not_buy"].tolist() == [-1, -1, -1, 1, 0]
    assert rows.volume.tolist() == [0, 1, 1, 0, 1]


def test_what_is_not_over_or_comes_after_leaving_is_not_known() -> None:
    rows = found(Facts((said(0), said(80), said(95)), (done(10, "cancelled"),)), Facts((said(0),)))
    assert rows.outcomes["leaves"].tolist() == [1, -1, -1, 0]
    assert rows.outcomes["writes_again"].tolist() == [-1, -1, -1, -1]  # nobody ever does
    assert found(Facts((said(95), said(96))), Facts((said(1),))).outcomes["writes_again"].tolist() == [-1, -1, -1]


def test_nobody_tells_nothing() -> None:
    rows = found()
    assert (len(rows.customer), associations(rows), last_seen([], now=DAY)) == (0, ([], 0), 0)


def test_the_risk_ratio_is_that_of_mantel_and_haenszel_by_hand() -> None:
    """Two strata, 10 of 20 against 5 of 20 and 8 of 40 against 2 of 20: (10 * 20 / 40 + 8 * 20 / 60) over
    (5 * 20 / 40 + 2 * 40 / 60); with one contact a customer the variance is that of Greenland and Robins, up to what
    tells a linearised variance from theirs."""
    x, y, k = [], [], []
    for stratum, (a, n1, b, n0) in enumerate([(10, 20, 5, 20), (8, 40, 2, 20)]):
        x += [True] * n1 + [False] * n0
        y += [True] * a + [False] * (n1 - a) + [True] * b + [False] * (n0 - b)
        k += [stratum] * (n1 + n0)
    ratio, error = risk_ratio(np.array(x), np.array(y), np.array(k), np.arange(100))
    r, s = 5 + 8 / 3, 2.5 + 4 / 3
    assert ratio == np.float64(r / s)
    variance = (20 * 20 * 15 - 10 * 5 * 40) / 40**2 + (40 * 20 * 10 - 8 * 2 * 60) / 60**2
    assert abs(error / np.sqrt(variance / (r * s)) - 1) < 0.05


def test_a_customer_s_contacts_count_as_one_piece_of_news() -> None:
    x, y = np.tile([True, True, False, False], 30), np.tile([True, False, True, False], 30)
    y[:40] = x[:40]
    k = np.zeros(120, int)
    ratio, error = risk_ratio(x, y, k, np.arange(120))
    again = [np.concatenate([column] * 3) for column in (x, y, k, np.arange(120))]
    same, clustered = risk_ratio(*again)
    assert (same, round(clustered, 9)) == (ratio, round(error, 9))


def journeys(*, theme: str, leave: float, count: int, number: int = 0) -> list[Facts]:
    """`count` customers with one contact each, the first `leave` of them gone ten days later."""
    gone = (done(10, "cancelled"),)
    return [Facts((said(0, "use", theme),), gone if n < leave * count else ()) for n in range(count)]


def test_a_theme_that_customers_leave_after_stands_out() -> None:
    rows = found(*journeys(theme="t1", leave=0.5, count=60), *journeys(theme="t2", leave=0.1, count=200))
    (first, second), suppressed = associations(rows)
    assert (first.theme, first.stage, first.outcome, first.contacts, first.customers) == ("t1", "use", "leaves", 60, 60)
    assert (first.risk, first.others, round(first.ratio, 6), first.stands_out) == (0.5, 0.1, 5.0, True)
    assert first.low < 5 < first.high
    assert (second.theme, second.stands_out, suppressed) == ("t2", False, 0)


def test_a_small_cell_is_counted_and_not_shown() -> None:
    few = journeys(theme="t1", leave=1, count=CASES - 1)
    shown, suppressed = associations(found(*few, *journeys(theme="t2", leave=0.1, count=200)))
    assert (shown, suppressed) == ([], 2)
    one = [Facts(tuple(said(day, "use", "t1") for day in range(9)), (done(10, "cancelled"),))]
    shown, suppressed = associations(found(*one, *journeys(theme="t2", leave=0.1, count=200)))
    assert not [row for row in shown if row.theme == "t1"]


def test_who_writes_more_is_compared_with_who_writes_as_much() -> None:
    """Heavy writers leave five times as often and raise t1 three times as often; t1 itself does nothing."""
    many: list[Facts] = []
    for heavy, raises, count in ((True, True, 150), (True, False, 50), (False, True, 50), (False, False, 150)):
        before = tuple(said(day, "purchase") for day in range(4)) if heavy else ()
        for n in range(count):
            left = (done(60, "cancelled"),) if n % 10 < (5 if heavy else 1) else ()
            many.append(Facts((*before, said(40, "use", *(("t1",) if raises else ()))), left))
    shown, _ = associations(found(*many, until=200))
    row = next(row for row in shown if row.outcome == "leaves")
    assert (row.risk, row.others, row.stands_out) == (0.4, 0.2, False)
    assert abs(row.ratio - 1) < 1e-9
