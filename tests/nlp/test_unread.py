"""What is said of texts that no model is asked about."""

from dataclasses import replace

from nlp import unread
from nlp.conversation import Segment
from nlp.signal import Signal
from nlp.summary import summarise
from nlp.taxonomy import NONE, UNSUPPORTED

HERE = Segment("c", 0, 0, 9)


def english(intent: str = "refund_status", turn: int = 1) -> Signal:
    feeling = (0.9, 0.1, 0.0)
    return Signal(Segment("c", turn, 0, 9), "m", intent, 0.8, False, ((intent, 0.8),), -0.9, feeling, 60, "use", 0.6)


def test_an_unknown_language_is_neutral_abstained_and_without_confidence() -> None:
    found = unread.unsupported(HERE, "m", "de")
    assert (found.intent, found.abstained, found.confidence, found.doubt) == (UNSUPPORTED, True, 0.0, "language")
    assert (found.sentiment, found.sentiment_class, found.friction) == (0.0, "neutral", 0.0)
    assert sum(found.probabilities) == 1


def test_a_conversation_in_an_unknown_language_says_why_nothing_is_known() -> None:
    hello = replace(unread.wordless(Segment("c", 1, 0, 2), "m"))
    found = summarise("c", [unread.unsupported(HERE, "m", "de"), hello], language="de")
    assert (found.intent, found.abstained, found.confidence, found.language) == (UNSUPPORTED, True, 0, "de")
    assert found.reason == "written in German, which the models do not know"


def test_what_is_read_of_a_mixed_conversation_speaks_for_it() -> None:
    alone = summarise("c", [english()], language="en")
    mixed = summarise("c", [unread.unsupported(HERE, "m", "de"), english()], language="en")
    assert mixed == alone


def test_a_conversation_without_words_asks_for_nothing() -> None:
    found = summarise("c", [unread.wordless(HERE, "m")], language="und")
    assert (found.intent, found.abstained, found.friction) == (NONE, False, 0)
