"""Long work that was asked for, and answers that are given again to whoever asks again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

STATES = ("queued", "running", "done", "failed", "cancelled", "interrupted")
OVER = STATES[2:]


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work.

    `state`: queued, running, done (with its `result`), failed (with its `error`), cancelled, or interrupted: its worker
    ended too often. `step`, `done` and `total` (None where it is not known) are its progress. `attempts`: how often a
    worker began it. `cancelling`: somebody asked to end it. `worker`, `beat_at`: as of a run. `actor` asked for it.
    """

    id: str
    kind: str
    options: Mapping[str, Any]
    actor: str
    state: str
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    step: str = ""
    done: int = 0
    total: int | None = None
    attempts: int = 0
    cancelling: bool = False
    worker: str = ""
    beat_at: datetime | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


class JobStore(Protocol):
    def put(self, job: Job) -> None: ...

    def get(self, id: str) -> Job: ...  # raises NotFound

    def page(
        self,
        *,
        state: str = "",
        kind: str = "",
        sort: str = "-created_at",
        place: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[Job]:
        """Newest first, or oldest by the sort created_at."""

    def claim(self, worker: str, at: datetime) -> Job | None:
        """Begin the job that has waited longest: no two workers get the same one. None where none waits."""

    def beat(self, id: str, at: datetime, *, step: str, done: int, total: int | None) -> bool:
        """A worker still works on it and has come so far; returns whether somebody asked to end it."""

    def end(
        self, id: str, state: str, at: datetime, *, result: Mapping[str, Any] | None = None, error: str = ""
    ) -> None:
        """Only of a job that is running."""

    def cancel(self, id: str, at: datetime) -> Job:
        """A job that waits is cancelled at once, one that runs as soon as its worker sees it, one that is over stays as
        it is. Raises NotFound."""

    def requeue(self, job: Job, state: str, at: datetime, *, error: str = "") -> bool:
        """Take a running job from a worker that has ended, unless another has done so: into this state."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered to a request; `status` is None while it is worked on. `request` is its hash."""

    request: str
    at: datetime
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class ReplyStore(Protocol):
    """By who asked and the key that he gave: another's are not seen."""

    def begin(
        self, actor: str, key: str, request: str, at: datetime, *, since: datetime, stuck: datetime
    ) -> Reply | None:
        """What is known under the key; None where nothing is, and the request is now known to be worked on. What was
        answered before `since`, or begun before `stuck` and never answered, is not known any more."""

    def answer(self, actor: str, key: str, reply: Reply) -> None: ...

    def forget(self, actor: str, key: str) -> None:
        """As if it had never been asked."""

    def drop(self, before: datetime) -> int:
        """Drop all that was asked before; returns how many."""
