"""A file that is sent while it is written: what a writer writes in a thread, a reader takes in pieces."""

from collections.abc import Callable, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread

PIECE = 1 << 16
PIECES = 8
"""Held between the two: a writer that is faster than its reader waits."""
WAIT = 0.2


class Gone(Exception):
    """Nobody reads any more."""


class Pipe:
    """What a writer takes for a file."""

    closed = False

    def __init__(self) -> None:
        self._pieces: Queue[bytes] = Queue(PIECES)
        self._held, self._at, self._gone, self._done = bytearray(), 0, Event(), Event()

    def write(self, data: bytes) -> int:
        """Raises Gone."""
        self._held += data
        self._at += len(data)
        if len(self._held) >= PIECE:
            self.flush()
        return len(data)

    def flush(self) -> None:
        while self._held:
            try:
                self._pieces.put(bytes(self._held), timeout=WAIT)
                self._held.clear()
            except Full:
                pass
            if self._gone.is_set():
                raise Gone

    def tell(self) -> int:
        return self._at

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """A writer's; the reader has all only when the thread has ended well."""

    def read(self, write: Callable[["Pipe"], object]) -> Iterator[bytes]:
        """What `write` writes, piece by piece; raises what it raises. It ends where the reader stops reading."""
        failed: list[BaseException] = []

        def run() -> None:
            try:
                write(self)
                self.flush()
            except Gone:
                pass
            except BaseException as error:
                failed.append(error)
            finally:
                self._done.set()

        thread = Thread(target=run, name="export", daemon=True)
        thread.start()
        try:
            while not (self._done.is_set() and self._pieces.empty()):
                try:
                    yield self._pieces.get(timeout=WAIT)
                except Empty:
                    continue
        finally:
            self._gone.set()
        if failed:
            raise failed[0]
