"""Who may ask, how much, and what a browser may do with the answer: one guard before every route.

- With a token, every page but /health asks for it: as "Authorization: Bearer TOKEN", or as the password of HTTP basic
  authentication, which browsers ask their user for.
- Without one, only requests for a loopback host are answered, so that a foreign page cannot rebind its name to us.
- A write that a page of another origin sends is refused; a body over `max_body` is refused before it is held.
"""

import base64
import binascii
import hmac
import logging
import traceback
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import INSIDE, problem
from pipelines.settings import Settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")
OPEN = ("/health",)
SAFE = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    # plotly.js writes its own styles and shows its images as data: and blob:
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
log = logging.getLogger("frictionary.api")


class Guard:
    """ASGI middleware: refuses what may not pass, and answers what nobody foresaw without saying what it was."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.token = settings.token.encode()
        self.most = settings.max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(scope, message)
            await send(message)

        refused = self.refusal(scope)
        if refused:
            status, detail, headers = refused
            await problem(status, detail, scope["path"], headers=headers)(scope, receive, answer)
            return
        try:
            await self.app(scope, self.limited(receive), answer)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            # the message is not logged: it may quote what a customer wrote
            log.error(
                "%s %s: %s at %s:%s",
                scope["method"],
                scope["path"],
                type(error).__name__,
                place.filename,
                place.lineno,
            )
            if started:
                raise
            await problem(500, INSIDE, scope["path"])(scope, receive, answer)

    def refusal(self, scope: Scope) -> tuple[int, str, dict[str, str]] | None:
        """(status, detail, headers) where the request may not pass."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self.token:
            if scope["path"] not in OPEN and not self.knows(headers.get("authorization", "")):
                challenge = {"www-authenticate": 'Bearer, Basic realm="frictionary", charset="UTF-8"'}
                return 401, "a token is needed: send the header 'Authorization: Bearer TOKEN'", challenge
        elif _hostname(host) not in LOOPBACK:
            known = ", ".join(LOOPBACK)
            return 403, f"host {host!r} is not served without a token; served: {known}; set FRICTIONARY_TOKEN", {}
        origin = headers.get("origin")
        if scope["method"] not in SAFE and origin and urlsplit(origin).netloc != host:
            return 403, f"pages of {origin!r} may not write here", {}
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self.most:
            return 413, self.too_large(), {}
        return None

    def knows(self, authorization: str) -> bool:
        """Compared in constant time."""
        scheme, _, given = authorization.partition(" ")
        secret = given.strip().encode("latin-1")  # as headers are decoded
        if scheme.lower() == "basic":
            secret = _basic(authorization)[1]
        return scheme.lower() in ("bearer", "basic") and hmac.compare_digest(secret, self.token)

    def limited(self, receive: Receive) -> Receive:
        """The request's body, up to the limit; a length that the header does not tell is counted as it comes."""
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.most:
                raise HTTPException(413, self.too_large())
            return message

        return counted

    def too_large(self) -> str:
        return f"the body is larger than {self.most:,} bytes; send less at once, or raise FRICTIONARY_MAX_BODY"


def name_of(authorization: str) -> str:
    """The name that came with HTTP basic authentication; "" without one."""
    return _basic(authorization)[0]


def _basic(authorization: str) -> tuple[str, bytes]:
    """(name, password); two empty ones where the header is none of HTTP basic."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", b""
    try:
        name, _, password = base64.b64decode(given.strip().encode("latin-1"), validate=True).partition(b":")
    except binascii.Error:
        return "", b""
    return name.decode("utf-8", "replace"), password


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _add_headers(scope: Scope, message: Message) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if scope["path"].startswith("/v1"):
        headers.setdefault("cache-control", "no-store")
