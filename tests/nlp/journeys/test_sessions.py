"""Visits are touches in a row at one stage; a long silence ends a journey."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nlp.journeys.facts import Done, Facts, Said
from nlp.journeys.ledger import DAY
from nlp.journeys.sessions import sessions
from nlp.taxonomy import Stage, Taxonomy

STAGES = tuple(Stage(name, n, "") for n, name in enumerate(("buy", "use", "leave"), start=1))
TAXONOMY = Taxonomy("t", 1, (), STAGES, {"ordered": "buy", "cancelled": "leave"})


def said(day: float, stage: str, channel: str = "ticket") -> Said:
    return Said(int(day * DAY), channel, "x", stage, 50.0, 0.0, 0.0, 0.0, 0.0, ())


def done(day: float, name: str) -> Done:
    return Done(int(day * DAY), name, None)


def test_touches_at_one_stage_are_a_visit_and_a_silence_begins_a_new_journey() -> None:
    facts = Facts((said(2, "use"), said(3, "use"), said(4, "unknown"), said(80, "use")), (done(1, "ordered"),))
    found = sessions(facts, TAXONOMY)
    assert [(v.stage, v.journey, v.step, len(v.said), len(v.done)) for v in found] == [
        ("buy", 0, 0, 0, 1),
        ("use", 0, 1, 2, 0),
        ("use", 1, 0, 1, 0),
    ]
    assert [len({v.journey for v in sessions(facts, TAXONOMY, gap=gap * DAY)}) for gap in (1, 30, 365)] == [2, 2, 1]


def test_a_switch_is_another_channel_than_that_of_the_conversation_before_in_the_journey() -> None:
    facts = Facts((said(1, "buy", "chat"), said(2, "use", "call"), said(3, "use", "call"), said(90, "use", "chat")))
    assert [(v.followed, v.switches) for v in sessions(facts, TAXONOMY)] == [(0, 0), (2, 1), (0, 0)]


def test_what_happens_in_one_moment_comes_in_the_order_of_the_taxonomy() -> None:
    facts = Facts((said(1, "use"),), (done(1, "ordered"), done(1, "cancelled"), done(1, "waved")))
    assert [v.stage for v in sessions(facts, TAXONOMY)] == ["buy", "use", "leave"]


def test_a_stage_of_an_earlier_taxonomy_is_a_stage_of_its_own() -> None:
    assert [v.stage for v in sessions(Facts((said(1, "renew"), said(2, "use"))), TAXONOMY)] == ["renew", "use"]


@given(
    st.lists(st.builds(said, st.integers(0, 300), st.sampled_from(["buy", "use", "leave", "unknown"]))),
    st.integers(1, 60),
)
def test_no_touch_is_lost_or_told_twice_and_gaps_lie_between_journeys(talks: list[Said], gap: int) -> None:
    found = sessions(Facts(tuple(sorted(talks))), TAXONOMY, gap=gap * DAY)
    shown = [talk for talk in talks if talk.stage != "unknown"]
    assert sorted(s for visit in found for s in visit.said) == sorted(shown)
    for a, b in pairwise(found):
        apart = b.since - a.until > gap * DAY
        assert (b.journey, b.step) == ((a.journey + 1, 0) if apart else (a.journey, a.step + 1))
        assert apart or a.stage != b.stage
