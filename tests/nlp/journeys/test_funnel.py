"""The funnel: who goes on from one event to the next, as far as it is known, and where fewer do than before."""

from nlp.journeys.facts import Done, Facts
from nlp.journeys.funnel import funnel
from nlp.journeys.ledger import DAY
from nlp.taxonomy import Stage, Taxonomy

STAGES = tuple(Stage(name, n, "") for n, name in enumerate(("buy", "use", "exit"), start=1))
TAXONOMY = Taxonomy("t", 1, (), STAGES, {"ordered": "buy", "delivered": "use", "cancelled": "exit"})


def came(day: float, then: float | None = None, event: str = "delivered") -> Facts:
    done = [Done(int(day * DAY), "ordered", None)]
    return Facts(done=(*done, *([Done(int((day + then) * DAY), event, None)] if then is not None else [])))


def test_who_goes_on_within_thirty_days_counts_once_the_days_are_over() -> None:
    journeys = [came(n, 5) for n in range(30)] + [came(n, 40) for n in range(5)] + [came(n) for n in range(5)]
    journeys += [came(95)] * 9 + [Facts((), (Done(95 * DAY, "waved", None), Done(0, "ordered", None)))]
    (step,) = funnel(journeys, TAXONOMY, since=0, until=100 * DAY, seen=100 * DAY)
    assert (step.event, step.then, step.customers, step.share.value) == ("ordered", "delivered", 41, 30 / 41)
    assert (step.before, step.changed) == (None, "")


def test_a_step_that_fewer_take_than_before_is_told() -> None:
    early = [came(n % 90, 5 if n % 10 < 8 else None) for n in range(200)]
    late = [came(100 + n % 60, 5 if n % 10 < 5 else None) for n in range(200)]
    (step,) = funnel(early + late, TAXONOMY, since=100 * DAY, until=200 * DAY, seen=200 * DAY, before=0)
    assert (step.before, step.share.value, step.changed) == (0.8, 0.5, "fell")
    (same,) = funnel(early + early, TAXONOMY, since=45 * DAY, until=90 * DAY, seen=200 * DAY, before=0)
    assert same.changed == ""


def test_leaving_is_no_step_and_few_customers_tell_of_none() -> None:
    assert funnel([came(0, 5, "cancelled")] * 50, TAXONOMY, since=0, until=DAY, seen=90 * DAY) == []
    assert funnel([came(0, 5)] * 9, TAXONOMY, since=0, until=DAY, seen=90 * DAY) == []
    assert funnel([], TAXONOMY, since=0, until=DAY, seen=DAY) == []
