"""What was said: conversation, turn, segment, and who speaks through which channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Channel(StrEnum):
    """How the customer reached the company; it decides how the text is written (mail, speech, post)."""

    TICKET = "ticket"
    CALL = "call"
    SOCIAL = "social"
    CHAT = "chat"


class Speaker(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance, mail or post. `number` counts from 0 in order of time; `at` is aware UTC or None where unknown."""

    number: int
    speaker: Speaker
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A ticket, call or thread.

    `id` is stable over re-imports: "source:id in the source". `customer` is, from a reader, an identifier
    "kind:value" (kinds: email, phone, x, id, name) or "" where unknown; redaction replaces it by a pseudonym.
    `started_at` is aware UTC. `metadata` holds flat, JSON-ready facts (subject, status, tags, csat, product, company).
    """

    id: str
    source: str
    channel: Channel
    customer: str
    started_at: datetime
    turns: tuple[Turn, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Segment:
    """A few sentences of one customer turn: characters [start, end) of the turn's redacted text.

    It holds no text of its own: `Turn.text[start:end]` is the evidence.
    """

    conversation: str
    turn: int
    start: int
    end: int

    @property
    def id(self) -> str:
        """Stable id "conversation#turn:start"."""
        return f"{self.conversation}#{self.turn}:{self.start}"


def conversation_of(segment: str) -> str:
    """The conversation of a segment's id."""
    return segment.rpartition("#")[0]
