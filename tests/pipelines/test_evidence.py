"""Evidence of a signal: cues, words of feeling, and the whole passage where the intent alone tells of leaving."""

from nlp.conversation import Segment
from nlp.signal import Signal
from pipelines.annotate import Annotator


def signals(annotator: Annotator, *texts: str) -> list[Signal]:
    places = [Segment("c", n, 10, 10 + len(text)) for n, text in enumerate(texts)]
    return annotator.signals(places, texts)[0]


def test_a_sure_intent_of_the_last_stage_is_evidence_of_leaving(annotator: Annotator) -> None:
    texts = ["please stop the daily paper from next month", "can you get rid of my login, I never use it", "I want out"]
    leaving = {intent.name for intent in annotator.taxonomy.intents if intent.stage == "exit"}
    found = signals(annotator, *texts)
    sure = [s for s in found if s.intent in leaving and not s.abstained]
    assert sure
    assert all("leaving" in {e.kind for e in s.evidence} for s in sure)


def test_spans_count_from_the_turn_not_from_the_passage(annotator: Annotator) -> None:
    text = "this is terrible, still no answer"
    (signal,) = signals(annotator, text)
    shown = {(e.kind, text[e.start - 10 : e.end - 10]) for e in signal.evidence}
    assert {("negative", "terrible"), ("effort", "still no answer")} <= shown
