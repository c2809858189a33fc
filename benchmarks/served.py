"""The product's own server in this process, for pictures, timings and tests in a browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import create_app
from api.commands.serve import address, listen
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import open_store


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of a server over the settings' store, until the block ends."""
    annotator = Annotator.load(settings.models, settings.taxonomy)
    with open_store(settings.store) as store, listen(settings) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(store, settings, annotator), log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield address(listener)
        finally:
            server.should_exit = True
            thread.join()
