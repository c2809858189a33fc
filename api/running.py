"""Conversations that go on, in memory: the newest of them, each as far as it is known. Nothing of them is stored."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from pipelines.analyze import Row
from pipelines.talk import Talk

MOST = 2_000
"""Conversations; a vector of 384 numbers a segment is most of one."""
IDLE = 3_600.0
"""Seconds after its last turn in which one is kept."""


@dataclass(frozen=True, slots=True)
class State:
    """`said`: what was told of it last."""

    talk: Talk
    said: Row
    at: float


class Running:
    """By key: whoever asks, and the id that they gave."""

    def __init__(self, *, most: int = MOST, idle: float = IDLE) -> None:
        self._states: OrderedDict[tuple[str, str], State] = OrderedDict()
        self._most, self._idle, self._lock = most, idle, Lock()

    def get(self, key: tuple[str, str]) -> State | None:
        with self._lock:
            self._forget()
            return self._states.get(key)

    def put(self, key: tuple[str, str], talk: Talk, said: Row) -> None:
        with self._lock:
            self._states[key] = State(talk, said, monotonic())
            self._states.move_to_end(key)
            self._forget()

    def drop(self, key: tuple[str, str]) -> bool:
        """Whether it was known."""
        with self._lock:
            return self._states.pop(key, None) is not None

    def __len__(self) -> int:
        return len(self._states)

    def _forget(self) -> None:
        """Those that nothing was added to for long, and the oldest of too many."""
        oldest = monotonic() - self._idle
        while self._states:
            key, state = next(iter(self._states.items()))
            if state.at >= oldest and len(self._states) <= self._most:
                return
            del self._states[key]
