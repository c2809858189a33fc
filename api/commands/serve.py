"""frictionary serve: API and dashboard over a store, on this machine unless told otherwise."""

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import own_model

if TYPE_CHECKING:
    from pipelines.annotate import Annotator
    from pipelines.settings import Settings
    from pipelines.stores.protocols import Store


@click.command()
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--host", help="Address to listen on; FRICTIONARY_HOST or 127.0.0.1 otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; FRICTIONARY_PORT or 8000 otherwise, 0 for any.")
@own_model.option
def command(url: str | None, host: str | None, port: int | None, model: Path | None) -> None:
    """Serve the API (/v1, described at /docs) and the dashboard, until Ctrl-C.

    An address that other machines reach needs keys: set FRICTIONARY_AUTH=required. The first start on a store without
    keys prints an admin's key, once. A model of your own that has been trained anew is loaded within a second, without
    a restart.

    \b
    Example: frictionary serve --store demo.db --port 8080
    """
    from api.server import load_ahead

    load_ahead()
    from pipelines.annotate import Annotator
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url, host=host, port=port, model=model and str(model))
    with open_existing(settings.store) as store:
        serve_store(store, settings, Annotator.of(settings), first_key=True)


def serve_store(store: "Store", settings: "Settings", annotator: "Annotator", *, first_key: bool = False) -> None:
    """Serve until interrupted. `first_key`: print an admin's key where the store has none yet.

    Raises BadSetting where the address cannot be listened on, or not without keys."""
    from api.app import create_app
    from api.server import run, warm

    with listen(settings) as listener:
        app = create_app(store, settings, annotator)
        app.state.desk.catch_up()  # what was taken in and not annotated before a kill
        warm(annotator)
        click.echo(f"Serving on {address(listener)} (the API's description: /docs); Ctrl-C ends it.")
        if first_key or settings.auth == "required":
            tell_first_key(store, settings)
        run(app, listener, settings)


def tell_first_key(store: "Store", settings: "Settings") -> None:
    from datetime import UTC, datetime

    from api.noted import noted
    from pipelines.api_keys import first, id_of

    token = first(store, at=datetime.now(UTC))
    if token:
        noted(store, "key.create", id_of(token), who="first start")
        need = "whoever asks needs one" if settings.auth == "required" else "on this machine none is needed"
        click.echo(f"The store's first key, an admin's, told this once ({need}; see frictionary keys):\n  {token}")


def listen(settings: "Settings") -> socket.socket:
    """A socket that already takes connections."""
    from api.security.credentials import HERE
    from nlp.errors import BadSetting

    host, port = settings.host.strip("[]"), settings.port
    if host not in HERE and settings.auth == "local":
        raise BadSetting(
            f"host={host!r}: other machines may reach it, so whoever asks must show a key: "
            "set FRICTIONARY_AUTH=required (the first start prints an admin's key)"
        )
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise BadSetting(f"port {port} of {host!r} cannot be used: {reason}; give another --port or --host") from error
    # Else the kernel holds back an answer's body until its head is acknowledged: 40 ms a request.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
