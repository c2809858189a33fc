"""A conversation heard turn by turn is known as if it had been heard whole."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nlp.conversation import Speaker, Turn
from pipelines.analyze import Analyst, Answer, Ask
from pipelines.annotate import Annotator
from pipelines.talk import Heard, Talk, read, until

Check = Callable[[Any, Any], None]
SAID = (
    (Speaker.CUSTOMER, "Hello, I was charged twice for my order 20410. That is 40 pounds too much!"),
    (Speaker.AGENT, "I am sorry to hear that. Could you tell me the last digits of the card?"),
    (Speaker.CUSTOMER, "4417. This is the third time I ask. Nobody answers my mails, and I am tired of it."),
    (Speaker.BOT, "An agent will be with you."),
    (Speaker.CUSTOMER, "ok"),
    (Speaker.AGENT, "The money is on its way back to you."),
    (Speaker.CUSTOMER, "Great, thank you so much for your help!"),
)


@pytest.fixture(scope="module")
def analyst(annotator: Annotator) -> Analyst:
    return Analyst(annotator)


def turns(*said: tuple[Speaker, str], first: int = 0) -> tuple[Turn, ...]:
    return tuple(Turn(first + n, speaker, text) for n, (speaker, text) in enumerate(said))


def whole(analyst: Analyst, *said: tuple[Speaker, str]) -> Answer:
    return analyst.answers([Ask(turns=turns(*said), before=Talk())])[0]


def piecemeal(analyst: Analyst, *said: tuple[Speaker, str]) -> Answer:
    talk = Talk()
    for turn in turns(*said):
        (answer,) = analyst.answers([Ask(turns=(turn,), before=talk)])
        assert answer.talk is not None
        talk = answer.talk
    return answer


def test_turn_by_turn_gives_what_the_whole_gives(analyst: Analyst, assert_near: Check) -> None:
    for length in range(1, len(SAID) + 1):
        one, other = piecemeal(analyst, *SAID[:length]), whole(analyst, *SAID[:length])
        assert_near(one.rows, other.rows)
        assert_near(one.whole, other.whole)


def test_a_short_turn_is_read_anew_when_the_conversation_tells_its_language(
    analyst: Analyst, assert_near: Check
) -> None:
    said = ((Speaker.CUSTOMER, "Hallo Moritz"), (Speaker.CUSTOMER, "Wo bleibt mein Geld? Ich warte seit drei Wochen."))
    first = whole(analyst, said[0])
    assert first.rows[0]["intent"] != "unsupported"
    both = piecemeal(analyst, *said)
    assert [found["intent"] for found in both.rows] == ["unsupported", "unsupported"]
    assert_near(both.rows, whole(analyst, *said).rows)


def test_only_what_is_new_is_read(annotator: Annotator) -> None:
    class Counting:
        """The shipped encoder, which notes what it reads."""

        def __init__(self) -> None:
            self.seen: list[str] = []
            self.version, self.dimension = annotator.encoder.version, annotator.encoder.dimension

        def encode(self, texts: list[str]) -> Any:
            self.seen += texts
            return annotator.encoder.encode(texts)

        def encode_with_sentiment(self, texts: list[str]) -> Any:
            self.seen += texts
            return annotator.encoder.encode_with_sentiment(texts)  # type: ignore[attr-defined]

    encoder = Counting()
    counted = replace(annotator, encoder=encoder)
    (talk,) = read(counted, [Heard.said(turns(*SAID[:3]))])
    encoder.seen.clear()
    read(counted, [Heard.said(turns(SAID[6], first=3), talk)])
    assert encoder.seen == [SAID[6][1]]


def test_another_model_reads_all_anew(annotator: Annotator) -> None:
    (talk,) = read(annotator, [Heard.said(turns(*SAID[:3]))])
    (again,) = read(annotator, [Heard.said(turns(SAID[6], first=3), replace(talk, model="an older one"))])
    assert again.model == annotator.version
    assert len(again.signals) == len(again.segments) == len(talk.segments) + 1


def test_a_talk_goes_back_to_before_a_turn(annotator: Annotator) -> None:
    (talk,) = read(annotator, [Heard.said(turns(*SAID))])
    back = until(talk, 4)
    assert [turn.number for turn in back.turns] == [0, 1, 2, 3]
    assert {segment.turn for segment in back.segments} == {0, 2}
    assert len(back.signals) == len(back.texts) == len(back.languages) == len(back.embeddings) == len(back.segments)


def test_an_answer_does_not_depend_on_what_is_asked_beside_it(analyst: Analyst, assert_near: Check) -> None:
    texts = ("Where is my refund?", "where is my refund", "thank you", "", "Wo bleibt mein Paket?", "I want to cancel!")
    asks = [Ask(texts=(text,), evidence=True) for text in texts]
    asks += [Ask(turns=turns(*SAID), before=Talk(), agent=True), Ask(texts=texts)]
    together = analyst.answers(asks)
    for ask, found in zip(asks, together, strict=True):
        (alone,) = analyst.answers([ask])
        assert_near(found.rows, alone.rows)
        assert_near(found.whole, alone.whole)
