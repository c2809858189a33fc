"""What is told to other systems: one message a thing that happened, what each kind says, and how it is written.

A message speaks of what was committed, in ids and findings alone: no text that anybody wrote, no raw personal data.
docs/asyncapi.yaml is made of the kinds here; where one changes otherwise than by a field more, its version rises.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

VERSION = 1
"""Of all kinds so far."""
SOURCE = "frictionary"


@dataclass(frozen=True, slots=True)
class ConversationAnalyzed:
    """A conversation was analyzed, or its findings are others than before: it went on, was placed in another stage, or
    a newer model read it. The findings are its summary's."""

    source: Annotated[str, "where the conversation came from"]
    channel: Annotated[str, "ticket, chat, call, post, …"]
    started_at: Annotated[datetime, "when it began"]
    model: Annotated[str, "version of the models"]
    intent: Annotated[str, "what it asks for, best guess also where `abstained`"]
    confidence: Annotated[float, "0..1, calibrated, that the intent is right"]
    abstained: Annotated[bool, "the model does not vouch for its guess"]
    sentiment: Annotated[float, "-1..+1"]
    sentiment_end: Annotated[float, "-1..+1, of the last that the customer said"]
    friction: Annotated[float, "0..100"]
    effort: Annotated[float, "0..1, had to try, wait or ask more than once"]
    leaving: Annotated[float, "0..1, leaves or threatens to"]
    stage: Annotated[str, "stage of the journey, or unknown"]
    stage_confidence: Annotated[float, "0..1"]
    language: Annotated[str, "BCP-47; und where unsure"]


@dataclass(frozen=True, slots=True)
class CustomerChanged:
    """What is known of a customer has changed: a conversation, an event, a theme or a stage. Features are as of the
    message's time; those of a customer of whom nothing is left count nothing."""

    stage: Annotated[str, "current stage, or unknown"]
    stage_before: Annotated[str | None, "the stage before it in the journey"]
    moved: Annotated[bool | None, "the current stage is another than when this was told last; null the first time"]
    conversations: Annotated[int, "so far"]
    conversations_30d: Annotated[int, "of the last 30 days"]
    channel_last: Annotated[str | None, "of the last conversation"]
    intent_last: Annotated[str | None, "of the last conversation"]
    sentiment_last: Annotated[float | None, "-1..+1, of the last conversation"]
    friction_last: Annotated[float | None, "0..100, of the last conversation"]
    leaving_30d: Annotated[int, "conversations of the last 30 days that tell of leaving"]
    open_problems: Annotated[int, "conversations of the last 30 days that ended badly"]
    open_themes: Annotated[int, "friction themes raised in the last 30 days"]


@dataclass(frozen=True, slots=True)
class ThemeTraced:
    """What became of a theme at a discovery of themes."""

    run: Annotated[str, "the discovery"]
    what: Annotated[str, "born, continued, split from, merged into, dormant or died"]
    name: Annotated[str, "of the theme, where it was found; else empty"]
    size: Annotated[int, "segments, where it was found; else 0"]
    other: Annotated[str, "the theme that it split from or merged into; else empty"]
    share: Annotated[float | None, "0..1, how alike, or how much of it went there"]


@dataclass(frozen=True, slots=True)
class ThemeEdited:
    """Somebody said something of a theme, or took it back."""

    number: Annotated[int, "of the edit, from 1"]
    what: Annotated[str, "rename, merge, split, move, pin, unpin, hide, unhide, note, owner, fixed or undo"]
    name: Annotated[str, "the new name, of a rename or a split; else empty"]
    other: Annotated[str, "the theme that it was merged into, or the new one of a split; else empty"]
    segments: Annotated[int, "how many a split or a move names"]
    day: Annotated[str | None, "on which a fix shipped"]
    undoes: Annotated[int | None, "the edit that counts no more"]


@dataclass(frozen=True, slots=True)
class ThemeEmerging:
    """A theme is more frequent of late than before, by more than chance; told once, until it was steady again."""

    name: Annotated[str, "of the theme"]
    period: Annotated[str, "week"]
    periods: Annotated[int, "latest periods that were compared with all before"]
    ratio: Annotated[float | None, "its share of all conversations in these by its share before"]
    p: Annotated[float, "0..1, the chance of so much where nothing moves"]


@dataclass(frozen=True, slots=True)
class PrivacyForgotten:
    """Everything of a person, or of some conversations, was deleted here: delete it there, too. What waited to be told
    of them is told no more. Long lists come in several messages."""

    customers: Annotated[tuple[str, ...], "pseudonyms of one or more persons"]
    conversations: Annotated[tuple[str, ...], "ids of the conversations that are gone"]


Data = ConversationAnalyzed | CustomerChanged | ThemeTraced | ThemeEdited | ThemeEmerging | PrivacyForgotten
KINDS: Mapping[str, type[Data]] = {
    "conversation.analyzed": ConversationAnalyzed,
    "customer.changed": CustomerChanged,
    "theme.born": ThemeTraced,
    "theme.changed": ThemeTraced,
    "theme.split": ThemeTraced,
    "theme.merged": ThemeTraced,
    "theme.died": ThemeTraced,
    "theme.edited": ThemeEdited,
    "theme.emerging": ThemeEmerging,
    "privacy.forgotten": PrivacyForgotten,
}
FORGOTTEN = "privacy.forgotten"
TRACED = {
    "born": "theme.born",
    "continued": "theme.changed",
    "dormant": "theme.changed",
    "split from": "theme.split",
    "merged into": "theme.merged",
    "died": "theme.died",
}
"""What lineage calls it, and the kind that tells of it."""


@dataclass(frozen=True, slots=True)
class Message:
    """`subject`: the id of what it speaks of. `customer`: whose it is, or "". `number`: its place among all, from 1,
    in the order in which they were committed; 0 before."""

    kind: str
    subject: str
    customer: str
    at: datetime
    data: Mapping[str, Any]
    id: str = field(default_factory=lambda: f"evt_{uuid4().hex}")
    version: int = VERSION
    number: int = 0

    @property
    def key(self) -> str:
        """Messages of one key are delivered in their order."""
        return self.customer or self.subject

    def told(self) -> dict[str, Any]:
        """As a CloudEvent 1.0 (https://github.com/cloudevents/spec), with its extensions `sequence` and `partitionkey`,
        and one of ours, `customer`, where one is known."""
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": SOURCE,
            "type": self.kind,
            "subject": self.subject,
            "time": written(self.at),
            "dataschema": f"urn:frictionary:{self.kind}:{self.version}",
            "datacontenttype": "application/json",
            "partitionkey": self.key,
            "sequence": f"{self.number:020}",
            **({"customer": self.customer} if self.customer else {}),
            "data": dict(self.data),
        }

    def body(self) -> bytes:
        return json.dumps(self.told(), ensure_ascii=False, separators=(",", ":")).encode()


def message(kind: str, data: Data, *, subject: str, customer: str = "", at: datetime | None = None) -> Message:
    """`at`: None for now."""
    told = {f.name: _plain(getattr(data, f.name)) for f in fields(data)}
    return Message(kind, subject, customer, at or datetime.now(UTC), told)


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, tuple):
        return list(value)
    return round(value, 6) if isinstance(value, float) else value
