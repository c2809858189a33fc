"""The one guard before every route: who comes, whether he may, how much is left, and what an answer carries."""

import logging
import traceback
from collections.abc import Collection
from time import time
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import INSIDE, problem
from api.security import headers as told
from api.security.actor import ADMIN, NOBODY, Actor
from api.security.bodies import Body, check_depth, media_type, too_large, unknown_kind
from api.security.credentials import Credentials, Refusal
from api.security.doors import FORM, JSON, OPEN, SAFE, Door, find
from api.security.forgery import MISSING, foreign, forged
from api.security.rates import Rates
from api.security.trail import record
from pipelines.settings import Settings
from pipelines.stores.protocols import Store

FORM_BODY = 1_000_000
"""Bytes of a form of the dashboard."""
log = logging.getLogger("frictionary.api")


class Guard:
    """ASGI middleware: refuses what may not pass, and answers what nobody foresaw without saying what it was."""

    def __init__(self, app: ASGIApp, store: Store, settings: Settings) -> None:
        self.app, self.store, self.settings = app, store, settings
        self.credentials = Credentials(store, settings)
        self.rates = Rates()
        self.origins: Collection[str] = settings.cors.split()
        self.https = settings.public_url.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["actor"], (state["door"], state["parameters"]) = NOBODY, find(scope["method"], scope["path"])
        started, extra = False, dict[str, str]()

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                await record(self.store, scope, message)
                started = True
                told.add(scope, message, https=self.https)
                MutableHeaders(scope=message).update(extra)
            await send(message)

        try:
            refused = await self.refusal(scope, extra)
            if refused:
                status, detail, headers = self.led(scope, refused)
                await problem(status, detail, scope["path"], headers=headers)(scope, receive, answer)
                return
            await self.app(scope, await self.body(scope, receive), answer)
        except HTTPException as error:
            ending = {"connection": "close"} if error.status_code == 408 else {}
            await problem(error.status_code, str(error.detail), scope["path"], headers=ending)(scope, receive, answer)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            # the message is not logged: it may quote what a customer wrote
            log.error(
                "%s %s: %s at %s:%s",
                scope["method"],
                getattr(state["door"], "path", ""),
                type(error).__name__,
                place.filename,
                place.lineno,
            )
            if started:
                raise
            await problem(500, INSIDE, scope["path"])(scope, receive, answer)

    async def refusal(self, scope: Scope, extra: dict[str, str]) -> Refusal | None:
        """Why the request may not pass; `extra` gets what the answer is to carry in any case."""
        headers, state = Headers(scope=scope), scope["state"]
        known: Door | None = state["door"]
        if known is None or known.scope != OPEN:
            actor = await self.credentials.actor(scope)
            if not isinstance(actor, Actor):
                return actor
            state["actor"] = actor
            if known and not actor.may(known.scope):
                return 403, _lacking(actor, known.scope), {}
            full = self.full(actor, extra)
            if full:
                return full
        if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
            return 422, "the address holds a NUL, which no name, id or word does", {}
        origin = foreign(headers, self.origins) if scope["method"] not in SAFE else ""
        if origin:
            return 403, f"pages of {origin!r} may not write here", {}
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self.settings.max_body:
            return 413, too_large(self.settings.max_body), {}
        wrong = unknown_kind(headers, known.takes) if known and scope["method"] not in SAFE else ""
        return (415, wrong, {"accept": ", ".join(known.takes)}) if wrong and known else None

    def led(self, scope: Scope, refused: Refusal) -> Refusal:
        """A person's browser without a session goes to the login; whatever else is refused stays so."""
        headers = Headers(scope=scope)
        page = not scope["path"].startswith("/v1/") and "text/html" in headers.get("accept", "")
        if refused[0] != 401 or not self.settings.login_issuer or not page or scope["method"] not in SAFE:
            return refused
        if "authorization" in headers:
            return refused
        query = scope["query_string"].decode("latin-1")
        to = scope["path"] + (f"?{query}" if query else "")
        return 303, "log in first", {"location": f"/login?{urlencode({'next': to})}"}

    def full(self, actor: Actor, extra: dict[str, str]) -> Refusal | None:
        """Where a key or a person asks more than their rate or quota; this machine may ask as much as it likes."""
        if actor.kind not in ("key", "person"):
            return None
        rate = self.settings.rate if actor.rate is None else actor.rate
        quota = self.settings.quota if actor.quota is None else actor.quota
        standing = self.rates.ask(actor.id, rate=rate, quota=quota, at=time())
        if standing is None:
            return None
        extra.update(standing.headers())
        return (429, f"{standing.why}; wait {extra['retry-after']} seconds", {}) if standing.wait else None

    async def body(self, scope: Scope, receive: Receive) -> Receive:
        """What the application reads the body from. Raises HTTPException."""
        if scope["method"] in SAFE:
            return receive
        page, kind = not scope["path"].startswith("/v1/"), media_type(Headers(scope=scope))
        body = Body(
            receive,
            most=FORM_BODY if page and kind in FORM else self.settings.max_body,
            patience=self.settings.patience,
        )
        whole = b""
        passed: Receive = body.receive
        if kind in JSON or (page and kind in FORM):
            whole, passed = await body.all()
        if kind in JSON:
            await check_depth(whole)
        if page and forged(scope, Headers(scope=scope), whole):
            raise HTTPException(403, MISSING)
        return passed


async def declared(request: Request) -> None:
    """A dependency of every route: whoever asks a route that no door leads to, or another than was checked, must be an
    admin."""
    door: Door | None = request.state.door
    route: Any = request.scope["route"]
    if (door is None or door.path != route.path) and not request.state.actor.may(ADMIN):
        log.error("no door leads to %s %s: add it to api/security/doors.py", request.method, route.path)
        raise HTTPException(403, _lacking(request.state.actor, ADMIN))


def _lacking(actor: Actor, scope: str) -> str:
    return f"{actor.id} may not do this: the scope {scope!r} is needed; it has {', '.join(sorted(actor.scopes))}"
