"""What was said and what was done before are two witnesses of a conversation's stage."""

from datetime import UTC, datetime, timedelta

import pytest

from nlp.customer import Event
from nlp.journeys.placing import last, placed, witness
from nlp.signal import Summary
from nlp.taxonomy import Stage, Taxonomy

STAGES = tuple(Stage(name, n, "") for n, name in enumerate(("awareness", "onboarding", "use", "exit"), start=1))
TAXONOMY = Taxonomy("t", 1, (), STAGES, {"ordered": "onboarding", "installed": "use"})


def said(stage: str, confidence: float) -> Summary:
    return Summary("c", "order_status", 0.9, False, 0, 0, 0, 0, 0, 0, 0, stage, confidence, "order status", "en")


def test_an_event_outweighs_words_less_sure_than_a_coin() -> None:
    found = placed(said("awareness", 0.3), "installed", TAXONOMY)
    assert (found.stage, found.stage_confidence) == ("use", 0.5)
    assert found.reason == "event installed before; its words alone say awareness (order status)"


def test_sure_words_stand_against_an_event() -> None:
    assert placed(said("onboarding", 0.5), "installed", TAXONOMY) == said("onboarding", 0.5)


def test_a_wish_to_leave_is_news_that_no_event_knew() -> None:
    assert placed(said("exit", 0.2), "installed", TAXONOMY) == said("exit", 0.2)


def test_two_witnesses_of_one_stage_are_surer_than_one() -> None:
    found = placed(said("onboarding", 0.4), "ordered", TAXONOMY)
    assert (found.stage, found.reason) == ("onboarding", "order status; event ordered before")
    assert found.stage_confidence == pytest.approx(0.7)


def test_a_placed_summary_names_its_witness() -> None:
    asked = [(said("awareness", 0.3), "installed"), (said("use", 0.3), "installed"), (said("exit", 0.3), "installed")]
    assert [witness(placed(*one, TAXONOMY)) for one in asked] == ["installed", "installed", None]


def test_without_an_event_that_leads_somewhere_the_words_stand_alone() -> None:
    assert placed(said("awareness", 0.1), None, TAXONOMY) == placed(said("awareness", 0.1), "waved", TAXONOMY)
    assert placed(said("awareness", 0.1), None, TAXONOMY) == said("awareness", 0.1)


def test_the_last_event_is_the_last_before_that_leads_somewhere() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    events = [
        Event(str(n), "ann", name, start + timedelta(n)) for n, name in enumerate(("ordered", "waved", "installed"))
    ]
    assert [last(events, start + timedelta(n), TAXONOMY) for n in range(4)] == [None, "ordered", "ordered", "installed"]
