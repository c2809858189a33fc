"""What one side of a conversation says: its segments with their texts, and the language of each."""

from collections.abc import Iterator, Sequence

from nlp import language, segmentation
from nlp.conversation import Conversation, Segment, Speaker, Turn


def customer_segments(conversation: Conversation) -> Iterator[tuple[Segment, str]]:
    """Each segment of the customer's turns with its text."""
    return speaker_segments(conversation.id, conversation.turns, Speaker.CUSTOMER)


def speaker_segments(conversation: str, turns: Sequence[Turn], speaker: Speaker) -> Iterator[tuple[Segment, str]]:
    """Each segment of one side's turns with its text."""
    for turn in turns:
        if turn.speaker is speaker:
            for start, end in segmentation.segments(turn.text):
                yield Segment(conversation, turn.number, start, end), turn.text[start:end]


def spoken(segments: Sequence[Segment], texts: Sequence[str]) -> list[str]:
    """The language of each text: its own where that can be told, else the one of all texts of its conversation."""
    own = [language.detect(text) for text in texts]
    said: dict[str, list[str]] = {}
    for segment, text in zip(segments, texts, strict=True):
        said.setdefault(segment.conversation, []).append(text)
    short = {s.conversation for s, code in zip(segments, own, strict=True) if code == language.UNKNOWN}
    whole = {name: language.detect(" ".join(said[name])) for name in short if len(said[name]) > 1}
    return [
        whole.get(s.conversation, code) if code == language.UNKNOWN else code
        for s, code in zip(segments, own, strict=True)
    ]
