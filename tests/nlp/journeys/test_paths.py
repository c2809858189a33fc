"""Paths: contacts up to an end, or up to a long silence; what is not over yet is left out."""

from nlp.journeys.facts import Done, Facts, Said
from nlp.journeys.ledger import DAY
from nlp.journeys.paths import paths, themes, touchpoint

ENDS = frozenset({"ordered"})


def said(day: float, channel: str, *raised: str) -> Said:
    return Said(int(day * DAY), channel, "x", "use", 0.0, 0.0, 0.0, 0.0, 0.0, raised)


def done(day: float, name: str = "ordered") -> Done:
    return Done(int(day * DAY), name, None)


def found(own: Facts, until: float = 1000) -> list[tuple[tuple[str, ...], bool]]:
    return [(p.touchpoints, p.ended) for p in paths([("ann", own)], ENDS, touchpoint, until=int(until * DAY))]


def test_an_end_closes_a_path_and_the_next_contact_opens_one() -> None:
    own = Facts((said(0, "call"), said(5, "chat"), said(20, "call")), (done(10), done(11), done(15, "waved")))
    assert found(own) == [(("call at use", "chat at use"), True), (("call at use",), False)]


def test_a_silence_of_90_days_closes_a_path_without_an_end() -> None:
    assert found(Facts((said(0, "call"), said(91, "chat")), (done(95),))) == [
        (("call at use",), False),
        (("chat at use",), True),
    ]
    assert found(Facts((said(0, "call"),), (done(91),))) == [(("call at use",), False)]


def test_what_is_not_over_is_left_out_whether_it_ended_or_not() -> None:
    own = Facts((said(0, "call"), said(50, "chat")), (done(10), done(60)))
    assert found(own, until=120) == [(("call at use",), True)]


def test_a_contact_may_be_several_touchpoints_or_none() -> None:
    own = Facts((said(0, "call", "t1", "t2"), said(1, "call")), (done(2),))
    assert [p.touchpoints for p in paths([("ann", own)], ENDS, themes, until=500 * DAY)] == [("t1", "t2")]
