"""A conversation's stage comes with a reason that a support leader understands."""

from dataclasses import replace

from nlp.conversation import Segment
from nlp.signal import Evidence, Signal
from nlp.summary import summarise


def signal(n: int, intent: str, stage: str, *, abstained: bool = False, cues: tuple[str, ...] = ()) -> Signal:
    evidence = tuple(Evidence(kind, 0, 1) for kind in cues)
    intents = ((intent, 0.8),)
    feeling = (0.2, 0.6, 0.2)
    return Signal(Segment("c", n, 0, 9), "m", intent, 0.8, abstained, intents, 0, feeling, 0, stage, 0.6, evidence)


def reason(*signals: Signal) -> str:
    return summarise("c", signals, language="en").reason


def test_the_reason_names_what_most_passages_of_that_stage_are_about() -> None:
    fault, refund = signal(0, "technical_fault", "use"), signal(1, "refund_status", "renewal")
    assert reason(fault, refund, signal(2, "technical_fault", "use")) == "technical fault: 2 of 3 passages"


def test_the_reason_says_where_the_model_is_not_sure_and_where_someone_threatens_to_leave() -> None:
    assert reason(signal(0, "refund_status", "use", abstained=True)) == "probably refund status: 1 of 1 passage"
    leaving = signal(0, "subscription_cancel", "exit", cues=("leaving",))
    assert reason(leaving) == "subscription cancel, speaks of leaving: 1 of 1 passage"


def test_passages_at_another_stage_lower_the_confidence() -> None:
    alone = summarise("c", [signal(0, "refund_status", "use")], language="en")
    other = signal(1, "order_status", "onboarding")
    both = summarise("c", [signal(0, "refund_status", "use"), other], language="en")
    assert both.stage_confidence < alone.stage_confidence
    assert {both.stage, alone.stage} == {"use"}


def test_words_and_intents_are_two_witnesses_each_with_its_weight_and_reason() -> None:
    signals = [signal(0, "refund_status", "use")]
    found = summarise("c", signals, language="en", defaults={"refund_status": "use", "praise": "renewal"})
    words, usual = found.witnesses
    assert (words.kind, words.reason, words.weight) == ("words", "refund status: 1 of 1 passage", 0.9)
    assert (usual.kind, usual.reason, usual.weight) == ("intent", "refund status is usual there", 0.15)
    assert (words.says, usual.says, found.reason) == ("use", "use", words.reason)
    assert summarise("c", signals, language="en").witnesses == (words,)


def test_unknown_is_as_likely_as_that_no_passage_shows_a_stage() -> None:
    stages = (("use", 0.5), ("unknown", 0.5))
    twice = [replace(signal(n, "refund_status", "use"), stages=stages) for n in (0, 1)]
    assert dict(summarise("c", twice, language="en").witnesses[0].stages) == {"use": 0.75, "unknown": 0.25}


def test_words_that_tell_nothing_leave_the_stage_to_the_intent() -> None:
    stages = (("use", 0.34), ("unknown", 0.33), ("renewal", 0.33))
    vague = replace(signal(0, "praise", "use"), stages=stages)
    found = summarise("c", [vague], language="en", defaults={"praise": "renewal"})
    assert (found.stage, found.reason) == (
        "renewal",
        "praise is usual there; its words alone say use (praise: 1 of 1 passage)",
    )


def test_chatter_is_placed_by_its_wording_and_silence_by_nothing() -> None:
    assert reason(signal(0, "none", "unknown")) == "no request, by its wording: 1 of 1 passage"
    assert reason() == "no customer text"


def test_a_conversation_that_ends_in_anger_keeps_its_highest_friction() -> None:
    worst, calm = replace(signal(0, "refund_status", "use"), friction=80.0), signal(1, "refund_status", "use")
    angry = replace(calm, probabilities=(0.8, 0.1, 0.1))
    settled, open_ = (summarise("c", [worst, last], language="en") for last in (calm, angry))
    assert settled.friction == 60
    assert open_.friction == 80
