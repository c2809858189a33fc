"""What pages have shown, kept until the store changes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from pipelines.stores.protocols import Store

MOST = 256
T = TypeVar("T")


class Kept:
    """Of the `MOST` answers read last. Whoever asks for one that another is making waits for it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock, self._stamp = Lock(), (0, 0)
        self._answers: OrderedDict[Hashable, tuple[Lock, list[Any]]] = OrderedDict()

    def forget(self) -> None:
        """As after a start."""
        with self._lock:
            self._answers.clear()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` returned for the key since the store last changed; the store's sums are brought up to date."""
        stamp = self._store.rollups.refresh(), self._store.edits.last()
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
