"""What the stores are asked with and answer in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nlp.conversation import Segment
from nlp.signal import Signal


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations to speak of; an empty field does not filter. `until` is exclusive. `segment` is a fact of
    customers, "plan=yearly"; `product` and `company` are in small letters, as `RollupStore.options` has them;
    `customers` are those of a sample."""

    since: datetime | None = None
    until: datetime | None = None
    channel: str = ""
    stage: str = ""
    theme: str = ""
    intent: str = ""
    customer: str = ""
    source: str = ""
    language: str = ""
    segment: str = ""
    product: str = ""
    company: str = ""
    customers: tuple[str, ...] = ()

    def facts(self) -> tuple[tuple[str, str], ...]:
        """(kind, value) of what only `RollupStore.refresh` gathers; "" where it does not filter."""
        return ("segment", self.segment), ("product", self.product), ("company", self.company)


@dataclass(frozen=True, slots=True)
class Given:
    """A conversation as it was read: a keyed hash of all of it, and when its source says that it last changed."""

    digest: str
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the pipeline: what came in, what came out, how long each step took, with which versions.

    `status` is running, done, failed (with its `error`) or killed. `worker` is who works on it, "host:process"; it
    says at `beat_at` that it still does. `resumes` names the killed run that this one goes on from.
    """

    id: str
    started_at: datetime
    finished_at: datetime | None = None
    status: str = "running"
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    worker: str = ""
    beat_at: datetime | None = None
    error: str = ""
    resumes: str = ""


@dataclass(frozen=True, slots=True)
class RunInput:
    """What one run took out of one file, or drew from one stream.

    `number` counts from 1 in order of reading; `sha256` and `size` (bytes; None of a stream) are of the file as it
    lies; `counts` are read, added, changed, same, old, skipped, dead, and of a stream that goes on `lag`, what waits at
    the broker; `dead` is why, "field: reason" to a number of records; `seconds` is None while it is being read.
    """

    run: str
    number: int
    name: str
    format: str = ""
    sha256: str = ""
    size: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    dead: Mapping[str, int] = field(default_factory=dict)
    seconds: float | None = None


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
