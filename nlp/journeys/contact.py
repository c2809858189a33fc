"""What a customer's journey is made of besides events: conversations, and the themes raised in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nlp.conversation import Speaker, Turn
from nlp.signal import Summary
from nlp.themes.theme import Assignment

TAKEN_OVER = "taken_over"
"""The fact of a conversation that tells the numbers of the turns at which another agent than the one before speaks. Who
they are is not kept."""


@dataclass(frozen=True, slots=True)
class Contact:
    """An annotated conversation without its texts. `at` is when it started, `last_at` when its last turn was said.

    `handed`: an agent spoke after a bot, or after another agent. `first`: the conversation that this one tells again.
    """

    id: str
    source: str
    channel: str
    customer: str
    at: datetime
    last_at: datetime
    summary: Summary
    handed: bool = False
    first: str | None = None


def handed(turns: Sequence[Turn], facts: Mapping[str, Any]) -> bool:
    """Whether an agent speaks after a bot, or takes over from another one, as the conversation's facts tell."""
    speakers, taken = [turn.speaker for turn in turns], facts.get(TAKEN_OVER)
    if isinstance(taken, list) and any(turn.number in taken for turn in turns):
        return True
    return Speaker.BOT in speakers and Speaker.AGENT in speakers[speakers.index(Speaker.BOT) :]


@dataclass(frozen=True, slots=True)
class Mention:
    """A segment's theme in one run, with whose it is and when its turn was said."""

    customer: str
    conversation: str
    said_at: datetime
    assignment: Assignment
