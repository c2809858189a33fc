"""Findings of texts that no model is asked about: without words, or in a language that the models do not know."""

from nlp.conversation import Segment
from nlp.language import LANGUAGES
from nlp.signal import Signal
from nlp.taxonomy import NONE, UNKNOWN_STAGE, UNSUPPORTED

EVEN = (1 / 3, 1 / 3, 1 / 3)


def wordless(segment: Segment, model: str) -> Signal:
    """It asks for nothing and feels nothing."""
    return Signal(
        segment=segment,
        model=model,
        intent=NONE,
        confidence=1.0,
        abstained=False,
        intents=((NONE, 1.0),),
        sentiment=0.0,
        probabilities=(0.0, 1.0, 0.0),
        friction=0.0,
        stage=UNKNOWN_STAGE,
        stage_confidence=0.0,
    )


def unsupported(segment: Segment, model: str, language: str) -> Signal:
    """It is said that nothing is known: no intent, each feeling as likely as the others, no friction, no stage."""
    return Signal(
        segment=segment,
        model=model,
        intent=UNSUPPORTED,
        confidence=0.0,
        abstained=True,
        intents=(),
        sentiment=0.0,
        probabilities=EVEN,
        friction=0.0,
        stage=UNKNOWN_STAGE,
        stage_confidence=0.0,
        language=language,
    )


def reason(language: str) -> str:
    """Why nothing is known of a conversation in it."""
    return f"written in {LANGUAGES.get(language, language)}, which the models do not know"
