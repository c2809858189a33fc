"""How long the server waits for a client that is slow to say what it asks."""

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol


def patient(seconds: float) -> type[asyncio.Protocol]:
    """uvicorn's own protocol, which waits for the head of a request without end, and for the rest of one that it has
    already answered: here each has so many seconds. A body that is read has its own (`security/bodies.py`)."""

    class Patient(AutoHTTPProtocol):  # type: ignore[valid-type, misc]
        _ends: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is None or self.cycle.response_complete:
                self._wait()
            else:
                self._heard()

        def connection_lost(self, exc: Exception | None) -> None:
            self._heard()
            super().connection_lost(exc)

        def _wait(self) -> None:
            if self._ends is None:
                self._ends = self.loop.call_later(seconds, self.transport.close)

        def _heard(self) -> None:
            if self._ends is not None:
                self._ends.cancel()
                self._ends = None

    return Patient
