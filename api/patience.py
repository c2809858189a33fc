"""How long the server waits for a client that is slow to say what it asks, and how long a request's head may be."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD = 65_536
"""Bytes of a request's head."""


def patient(seconds: float) -> type[HttpToolsProtocol]:
    """uvicorn's own protocol, which waits for the head of a request without end and takes one of any length, and waits
    for the rest of a request that it has already answered: here each has so many seconds, and a head HEAD bytes. A body
    that is read has its own (`security/bodies.py`)."""

    class Patient(HttpToolsProtocol):
        _ends: asyncio.TimerHandle | None = None
        _size = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            self._size += len(data)
            super().data_received(data)
            if (
                self._ends is not None
                and self._size > HEAD
                and not self._answered()
                and not self.transport.is_closing()
            ):
                self.send_400_response("The head of the request is too long.")

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._wait()

        def on_headers_complete(self) -> None:
            self._heard()
            super().on_headers_complete()

        def on_response_complete(self) -> None:
            if self._answered():
                self._wait()
            super().on_response_complete()

        def on_message_complete(self) -> None:
            super().on_message_complete()
            self._heard()

        def connection_lost(self, exc: Exception | None) -> None:
            self._heard()
            super().connection_lost(exc)

        def _answered(self) -> bool:
            """Whether the request has its answer, although not all of it has come."""
            return self.cycle is not None and self.cycle.response_complete and self.cycle.more_body

        def _wait(self) -> None:
            if self._ends is None:
                self._size = 0
                self._ends = self.loop.call_later(seconds, self.transport.close)

        def _heard(self) -> None:
            if self._ends is not None:
                self._ends.cancel()
                self._ends = None

    return Patient
