"""Who may ask what, how much of it, and what a browser may do with the answer.

`guard.py` is the one guard before every route; it asks `credentials.py` who comes (an `actor.py`), `doors.py` what a
route needs, `rates.py` how much is left, `bodies.py` whether a body may pass, `forgery.py` whether a page of
ours sent it.
"""

import secrets

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.sessions import SessionMiddleware

from api.logs import Requests
from api.security.guard import Guard
from api.security.people import HOURS
from nlp.errors import UnknownName
from pipelines.settings import Settings
from pipelines.stores.protocols import Store

COOKIE = "frictionary_session"
WAYS = ("local", "required")


def protect(app: FastAPI, store: Store, settings: Settings) -> None:
    """Put everything between the world and the routes; what is added last stands first. Raises UnknownName."""
    if settings.auth not in WAYS:
        raise UnknownName.of("auth", settings.auth, WAYS)
    app.add_middleware(Guard, store=store, settings=settings)
    app.add_middleware(
        SessionMiddleware,
        secret_key=settings.session_secret or secrets.token_hex(32),
        session_cookie=COOKIE,
        max_age=int(HOURS.total_seconds()),
        https_only=settings.public_url.startswith("https://"),
    )
    if settings.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors.split(),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["authorization", "content-type", "idempotency-key", "if-none-match", "prefer"],
            expose_headers=["etag", "location", "retry-after", "x-request-id"],
        )
    app.add_middleware(Requests)
