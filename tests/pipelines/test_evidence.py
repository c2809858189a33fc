"""Evidence of a signal: the cues of what a head tells of, a sentence where there is none, and words of feeling."""

from nlp.conversation import Segment
from nlp.reasons import LEARNT
from nlp.signal import Signal
from pipelines.annotate import Annotator


def signals(annotator: Annotator, *texts: str) -> list[Signal]:
    places = [Segment("c", n, 10, 10 + len(text)) for n, text in enumerate(texts)]
    return annotator.signals(places, texts)[0]


def shown(signal: Signal, text: str) -> set[tuple[str, str]]:
    return {(e.kind, text[e.start - 10 : e.end - 10]) for e in signal.evidence}


def test_spans_count_from_the_turn_not_from_the_passage(annotator: Annotator) -> None:
    text = "this is terrible, I asked twice and there is still no answer"
    (signal,) = signals(annotator, text)
    assert {("negative", "terrible"), ("effort", "still no")} <= shown(signal, text)


def test_what_a_head_tells_of_has_evidence_and_what_it_does_not_has_none(annotator: Annotator) -> None:
    texts = [
        "please close my account, I am moving to another bank",
        "this is the third time I write and nobody answers",
        "so that's me off to the people across the road then. Thanks for the coffee all these years.",
        "what does the three times a week plan cost?",
        "where do I find my invoice?",
    ]
    for signal in signals(annotator, *texts):
        kinds = {e.kind for e in signal.evidence}
        assert {kind for kind in LEARNT if getattr(signal, kind) >= annotator.reasons[kind].threshold} == kinds & {
            *LEARNT
        }


def test_without_a_cue_the_sentence_that_says_it_most_is_shown(annotator: Annotator) -> None:
    leaves = [
        "I want my membership wound up as of the thirtieth.",
        "Kindly end my yearly cover and take no further payment.",
        "Please strike me off, I have signed up elsewhere today.",
    ]
    texts = [f"Good morning from a rainy Leeds. {said} The towels were always lovely." for said in leaves]
    found = signals(annotator, *texts)
    told = [n for n, signal in enumerate(found) if signal.leaving >= annotator.reasons["leaving"].threshold]
    assert told
    assert all(("leaving", leaves[n]) in shown(found[n], texts[n]) for n in told)


def test_evidence_of_a_text_does_not_depend_on_its_neighbours(annotator: Annotator) -> None:
    texts = ["I want out. Please end it all today.", "Rang on Monday. Rang on Tuesday. Rang today, too.", "hello"]
    together = signals(annotator, *texts)
    alone = [signals(annotator, text)[0] for text in texts]
    assert [shown(s, t) for s, t in zip(together, texts, strict=True)] == [
        shown(s, t) for s, t in zip(alone, texts, strict=True)
    ]
