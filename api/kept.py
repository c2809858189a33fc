"""Answers that cost a look at the whole store, kept until it changes: for pages and the API alike."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from threading import Lock
from typing import Any, TypeVar

from fastapi import Request

from pipelines.stores.protocols import Store

MOST = 256
T = TypeVar("T")


class Kept:
    """Of the `MOST` answers read last. Whoever asks for one that another is making waits for it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock, self._stamp = Lock(), tuple[Any, ...]()
        self._answers: OrderedDict[Hashable, tuple[Lock, list[Any]]] = OrderedDict()

    def forget(self) -> None:
        """As after a start."""
        with self._lock:
            self._answers.clear()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` returned for the key today, since the store last changed; the store's sums are brought up to
        date. (What is dated in the future comes true by itself.)"""
        stamp = self._store.rollups.refresh(), self._store.edits.last(), datetime.now(UTC).date()
        with self._lock:
            if stamp != self._stamp:
                self._answers.clear()
                self._stamp = stamp
            lock, answer = self._answers.setdefault(key, (Lock(), []))
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
