"""The server's process: warm before it is asked, quick while it is, and in good order when it ends."""

import gc
import os
import signal
import socket
import sys
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from fastapi import FastAPI

    from pipelines.annotate import Annotator
    from pipelines.settings import Settings

SWITCH = 0.001
"""Seconds after which a thread that computes lets another one run: the loop waits for as long to take a request."""
GARBAGE = 20_000
"""New objects after which garbage is looked for."""
KEPT = 75
"""Seconds for which a connection is kept open; balancers mostly keep theirs for 60."""


def load_ahead() -> None:
    """Begin to load the tables of languages and towns, in a thread: half of it is unpacking, beside which modules are
    imported."""
    Thread(target=_tables, name="load ahead", daemon=True).start()


def _tables() -> None:
    from nlp import language, ordinary

    language.detect("Wo bleibt mein Paket?")
    ordinary.places()


def warm(annotator: "Annotator") -> None:
    """Load what is loaded on first use: a town, and words that are no plain English, ask for all of it."""
    from pipelines.analyze import Analyst

    Analyst(annotator).texts(["Where is my parcel to Hastings?", "Wo bleibt mein Paket?"], ["1", "2"])


def run(app: "FastAPI", listener: socket.socket, settings: "Settings") -> None:
    """Serve until SIGINT or SIGTERM, then take no more and give what has begun `settings.drain` seconds to end."""
    import uvicorn
    from threadpoolctl import threadpool_limits

    from api import logs
    from api.patience import patient
    from pipelines.steady import steady

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: object) -> None:
            app.state.ending = True
            super().handle_exit(sig, frame)  # type: ignore[arg-type]

    config = uvicorn.Config(
        app,
        http=patient(settings.patience),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.drain,
        timeout_keep_alive=KEPT,
    )
    logs.set_up(settings.log)
    steady()
    gc.set_threshold(GARBAGE, 10, 10)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # to wake threads takes longer than to read one text
    sys.setswitchinterval(SWITCH)
    signal.signal(signal.SIGTERM, _interrupt)  # which the server raises again when it has ended
    with suppress(KeyboardInterrupt), threadpool_limits(1, user_api="blas"):
        Server(config).run(sockets=[listener])


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt
