"""What the brokers' files share: messages are handed over undecoded, single ones gathered into batches."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from pipelines.brokers import Handle

GRACE = 60.0
"""Seconds that the batch in hand has to end when a line is stopped."""
log = logging.getLogger("frictionary.brokers")


def _short(record: logging.LogRecord) -> bool:
    """One line for what the library tells with a page: a broker that is away is no surprise to us."""
    error = record.exc_info[1] if record.exc_info else None
    if error:
        record.msg, record.args = f"{record.getMessage().splitlines()[0]} ({type(error).__name__}: {error})", ()
        record.exc_info = record.exc_text = None
    return True


log.addFilter(_short)


async def whole(message: Any) -> Any:
    """A decoder for FastStream that decodes nothing: what a message is, is told by our readers."""
    return message


class Gathered:
    """Makes batches of single messages: each caller waits until the batch with its message is done.

    For a broker that hands over one at a time, many at once: it must let `most` wait beside one another.
    """

    def __init__(self, handle: Handle, *, most: int, linger: float) -> None:
        self._handle, self._most, self._linger = handle, most, linger
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._full, self._turn = asyncio.Event(), asyncio.Lock()

    async def take(self, body: bytes) -> None:
        """Raises what the batch raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, done))
        done.add_done_callback(_seen)
        if len(self._waiting) >= self._most:
            self._full.set()
        async with self._turn:
            if not done.done():
                await self._work()
        await done

    async def _work(self) -> None:
        """The first caller of a batch waits for others to join, and takes them all along."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._full.wait(), self._linger)
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        if len(self._waiting) < self._most:
            self._full.clear()
        try:
            await self._handle([body for body, _ in batch])
        except BaseException as error:
            for _, done in batch:
                done.set_exception(error) if isinstance(error, Exception) else done.cancel()
            raise
        for _, done in batch:
            done.set_result(None)


def _seen(done: asyncio.Future[None]) -> None:
    """A caller that was cut off meanwhile does not ask what became of its message; nobody needs to be told so."""
    if not done.cancelled():
        done.exception()
