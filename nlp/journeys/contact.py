"""What a customer's journey is made of besides events: conversations, and the themes raised in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nlp.conversation import Speaker, Turn
from nlp.signal import Summary
from nlp.themes.theme import Assignment


@dataclass(frozen=True, slots=True)
class Contact:
    """An annotated conversation without its texts. `at` is when it started, `last_at` when its last turn was said.

    `handed`: a bot spoke, and an agent after it.
    """

    id: str
    source: str
    channel: str
    customer: str
    at: datetime
    last_at: datetime
    summary: Summary
    handed: bool = False


def handed(turns: Iterable[Turn]) -> bool:
    """Whether an agent speaks after a bot."""
    speakers = [turn.speaker for turn in turns]
    return Speaker.BOT in speakers and Speaker.AGENT in speakers[speakers.index(Speaker.BOT) :]


@dataclass(frozen=True, slots=True)
class Mention:
    """A segment's theme in one run, with whose it is and when its turn was said."""

    customer: str
    conversation: str
    said_at: datetime
    assignment: Assignment
