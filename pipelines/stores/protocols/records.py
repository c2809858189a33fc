"""What the stores are asked with and answer in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nlp.conversation import Segment
from nlp.signal import Signal


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations to speak of; an empty field does not filter. `until` is exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    channel: str = ""
    stage: str = ""
    theme: str = ""
    intent: str = ""
    customer: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the pipeline: what came in, what came out, how long each step took, with which versions."""

    id: str
    started_at: datetime
    finished_at: datetime | None = None
    status: str = "running"  # running, done, failed
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quote:
    """A segment as a person reads it: its redacted text, where it comes from, and what was found."""

    segment: Segment
    text: str
    channel: str
    at: datetime
    customer: str
    signal: Signal
    theme: str | None
