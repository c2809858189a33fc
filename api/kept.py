"""Answers that cost a look at the whole store, kept until it changes: for pages and the API alike."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any, TypeVar

from fastapi import Request

from pipelines.stores.protocols import Store

MOST = 256
T = TypeVar("T")
Stamp = tuple[int, int, date]
"""The revision of the store's sums, the last edit that counts, and the day."""


class Kept:
    """Of the `MOST` answers read last. Whoever asks for one that another is making waits for it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, tuple[Stamp, Lock, list[Any]]] = OrderedDict()

    def forget(self) -> None:
        """As after a start."""
        with self._lock:
            self._answers.clear()

    def get(self, key: Hashable, make: Callable[[], T], *, named: bool = True) -> T:
        """What `make` returned for the key today, since the store last changed; the store's sums are brought up to
        date. (What is dated in the future comes true by itself.) An answer that holds nothing that people say of
        themes, no name or owner, need not be `named`: it outlives such edits."""
        stamp = self._store.rollups.refresh(), self._store.edits.last(saying=named), datetime.now(UTC).date()
        with self._lock:
            known = self._answers.get(key)
            if known is None or known[0] != stamp:
                known = self._answers[key] = stamp, Lock(), []
            _, lock, answer = known
            self._answers.move_to_end(key)
            while len(self._answers) > MOST:
                self._answers.popitem(last=False)
        with lock:
            if not answer:
                answer.append(make())
            found: T = answer[0]
            return found


def kept_of(request: Request) -> Kept:
    kept: Kept = request.app.state.kept
    return kept
