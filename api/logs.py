"""What the server says of itself: a JSON object a line, with the id of the request, without secrets."""

import json
import logging
import re
import secrets
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nlp.errors import UnknownName

LEVELS = ("debug", "info", "warning", "error")
HEADER = "x-request-id"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")
SECRET = re.compile(r"\bfk_([0-9a-f]{12})_[A-Za-z0-9_-]+|(?i:\b(bearer|basic)\s+)[\w.~+/=-]{8,}")
request_id: ContextVar[str] = ContextVar("request_id", default="")
log = logging.getLogger("frictionary.api.requests")


class Requests:
    """ASGI middleware: gives each request its id (the client's, if it is a sane one), and logs how it ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        id = given if SANE.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = id
        request_id.set(id)
        began, status = perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = id
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            log.info("request", extra={"told": _of(scope, status, perf_counter() - began)})


def _of(scope: Scope, status: int, seconds: float) -> dict[str, object]:
    """The route and not the path, which names customers, nor the query, which may hold what was searched for."""
    state = scope["state"]
    actor, route = state.get("actor"), scope.get("route") or state.get("door")
    return {
        "method": scope["method"],
        "route": getattr(route, "path", ""),
        "status": status,
        "ms": round(1_000 * seconds, 1),
        "actor": actor.id if actor else "",
    }


class Lines(logging.Formatter):
    """A record as one line of JSON, with the id of the request that it was written in; keys are cut to their ids."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request": request_id.get(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return hidden(json.dumps({name: value for name, value in told.items() if value != ""}, default=str))


def hidden(text: str) -> str:
    """Without the secrets of keys and of authorization headers."""
    return SECRET.sub(lambda found: f"fk_{found[1]}_…" if found[1] else f"{found[2]} …", text)


def set_up(level: str) -> None:
    """Lines to standard error from `level` on, in place of what was set up before. Raises UnknownName."""
    if level.lower() not in LEVELS:
        raise UnknownName.of("log", level, LEVELS)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
