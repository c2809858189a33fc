"""A job as its worker sees it: what it works with, how far it is, and whether it is to end."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores.protocols import Job, Store


class Cancelled(Exception):
    """Somebody asked to end the job."""


class Interrupted(Exception):
    """The worker is told to end; the job goes on with the next one."""


@dataclass(slots=True)
class Task:
    """`models` may load them; `writing` is held while findings of conversations are written. `stop` is set where
    somebody asked to end the job, `ending` where its worker is to end."""

    store: Store
    settings: Settings
    job: Job
    models: Callable[[], Annotator]
    writing: Callable[[], AbstractContextManager[Any]]
    step: str = ""
    done: int = 0
    total: int | None = None
    stop: Event = field(default_factory=Event)
    ending: Event = field(default_factory=Event)

    def told(self, step: str, done: int, total: int | None) -> None:
        """Where the work is: the place at which it may be ended. Raises Cancelled, Interrupted."""
        self.step, self.done, self.total = step, done, total
        if self.stop.is_set():
            raise Cancelled
        if self.ending.is_set():
            raise Interrupted
