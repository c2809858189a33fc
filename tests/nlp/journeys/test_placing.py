"""What was said and what was done before are witnesses of a conversation's stage, pooled by weight."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nlp.customer import Event
from nlp.journeys.placing import last, placed
from nlp.signal import Summary, Witness
from nlp.taxonomy import Stage, Taxonomy

STAGES = tuple(Stage(name, n, "") for n, name in enumerate(("awareness", "onboarding", "use", "exit"), start=1))
TAXONOMY = Taxonomy("t", 1, (), STAGES, {"ordered": "onboarding", "installed": "use"})
START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def said(stage: str, confidence: float) -> Summary:
    words = Witness("words", "order status", 1.0, ((stage, confidence), ("unknown", round(1 - confidence, 4))))
    own = ("c", "order_status", 0.9, False, 0, 0, 0, 0, 0, 0, 0)
    return Summary(*own, stage, confidence, "order status", "en", (words,))


def after(summary: Summary, name: str, days: float) -> Summary:
    return placed(summary, [Event("e", "ann", name, START)], START + days * DAY, TAXONOMY)


def test_an_event_places_a_conversation_whose_words_tell_little() -> None:
    silent = Witness("words", "order status", 1.0, (("unknown", 0.5), ("onboarding", 0.3), ("awareness", 0.2)))
    unsure = Witness("words", "order status", 1.0, (("awareness", 0.5), ("onboarding", 0.3), ("unknown", 0.2)))
    reasons = [after(replace(said("use", 1), witnesses=(w,)), "ordered", 0.5).reason for w in (silent, unsure)]
    assert reasons == [
        "event ordered less than a day before; its words show no stage",
        "event ordered less than a day before; its words alone say awareness (order status)",
    ]


def test_sure_words_stand_against_an_event_and_lose_confidence() -> None:
    found = after(said("exit", 0.95), "installed", 3)
    assert found.stage == "exit"
    assert found.stage_confidence < placed(said("exit", 0.95), [], START, TAXONOMY).stage_confidence
    assert found.reason == "order status"


def test_two_witnesses_of_one_stage_are_surer_than_one() -> None:
    found = after(said("onboarding", 0.6), "ordered", 1)
    assert (found.stage, found.reason) == ("onboarding", "order status; event ordered a day before")
    assert found.stage_confidence > 0.85


def test_what_an_event_says_fades_with_time() -> None:
    sure = [after(said("onboarding", 0.5), "ordered", days).stage_confidence for days in (0.01, 10, 30, 90, 3_000)]
    assert sure == sorted(sure, reverse=True)
    assert sure[-1] == pytest.approx(0.5, abs=0.01)
    weights = [after(said("use", 0.5), "ordered", days).witnesses[-1].weight for days in (0.001, 30, 60)]
    assert weights == [1.0, 0.5, 0.25]


def test_placing_twice_is_placing_once_and_a_later_event_takes_the_place_of_an_earlier_one() -> None:
    once = after(said("use", 0.4), "ordered", 5)
    assert after(once, "ordered", 5) == once
    assert after(once, "installed", 5) == after(said("use", 0.4), "installed", 5)
    assert placed(once, [], START, TAXONOMY) == placed(said("use", 0.4), [], START, TAXONOMY)


def test_an_event_at_or_after_the_start_or_without_a_stage_is_no_witness() -> None:
    alone = placed(said("use", 0.4), [], START, TAXONOMY)
    assert after(said("use", 0.4), "ordered", 0.0) == alone
    assert after(said("use", 0.4), "ordered", -1) == alone
    assert after(said("use", 0.4), "waved", 5) == alone


def test_where_nothing_was_said_a_conversation_stays_as_it_is() -> None:
    mute = Summary("c", "none", 1.0, False, 0, 0, 0, 0, 0, 0, 0, "unknown", 0, "no customer text", "und")
    assert after(mute, "ordered", 1) == mute


def test_the_last_event_is_the_last_before_that_leads_somewhere() -> None:
    names = ("ordered", "waved", "installed")
    events = [Event(str(n), "ann", name, START + n * DAY) for n, name in enumerate(names)]
    found = [last(events, START + n * DAY, TAXONOMY) for n in range(4)]
    assert [event and event.name for event in found] == [None, "ordered", "ordered", "installed"]
