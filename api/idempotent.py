"""Idempotency-Key: a POST that is sent again is answered again and not done again, for a day.

Keys are each actor's own. The same key with another body, path or query is refused (422), and so is one whose first
request is still worked on (409). What failed on our side, or was refused before it was done, may be tried again.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from pipelines.stores.protocols import Reply, Store

KEPT, STUCK = timedelta(days=1), timedelta(minutes=10)
"""How long an answer is given again, and after which time a request that was never answered may be tried anew."""
WHERE, ONCE = "/v1/", "/v1/keys"
"""Answers below tell secrets, of which the store keeps nothing."""
LONGEST = 4_000_000
"""Bytes of an answer; a longer one is not kept, and its request may be done again."""
KEY = re.compile(r"[\x21-\x7e]{1,255}")
PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Such as a UUID. Sent again with the same key within a day, a request is answered again and not "
    "done again; with another path, query or body the key is refused.",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
}
"""As the API's description tells it."""
AGAIN = (401, 403, 408, 409, 412, 413, 415, 429)
TOLD = ("content-type", "location", "etag", "preference-applied")
BOUNDARY = re.compile(rb'boundary="?([^";]+)')


class Idempotent:
    """ASGI middleware, behind the guard."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self.app, self.replies = app, store.replies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        if key is None or scope["method"] != "POST" or not scope["path"].startswith(WHERE):
            await self.app(scope, receive, send)
            return
        if not takes(scope["path"]):
            detail = "Idempotency-Key: an answer with a secret is not kept to be given again; send it without"
            await problem(422, detail, scope["path"])(scope, receive, send)
            return
        if not KEY.fullmatch(key):
            detail = "Idempotency-Key: 1 to 255 visible ASCII characters expected, such as a UUID"
            await problem(422, detail, scope["path"])(scope, receive, send)
            return
        messages, request = await _read(scope, receive)
        actor = getattr(scope.get("state", {}).get("actor"), "id", "nobody")
        now = datetime.now(UTC)
        begin = partial(self.replies.begin, actor, key, request, now, since=now - KEPT, stuck=now - STUCK)
        known = await run_in_threadpool(begin)
        if known is None:
            await self.first(scope, _replayed(messages, receive), send, actor, key, Reply(request, now))
        elif known.request != request:
            detail = f"Idempotency-Key {key!r} came with another request before; give each request its own"
            await problem(422, detail, scope["path"])(scope, receive, send)
        elif known.status is None:
            detail = "the request with this Idempotency-Key is still worked on"
            await problem(409, detail, scope["path"], headers={"retry-after": "1"})(scope, receive, send)
        else:
            await _answer(known, send)

    async def first(self, scope: Scope, receive: Receive, send: Send, actor: str, key: str, reply: Reply) -> None:
        """Done, and kept before it is told: whoever has the answer finds it again."""
        head: dict[str, Any] = {}
        body, long, kept = bytearray(), False, False

        async def keep(message: Message) -> None:
            nonlocal long, kept
            if message["type"] == "http.response.start":
                head.update(message)
                return
            if long:
                await send(message)
                return
            body.extend(message.get("body", b""))
            whole = not message.get("more_body", False)
            if whole and head["status"] < 500 and head["status"] not in AGAIN:
                headers = {name.decode(): value.decode("latin-1") for name, value in head["headers"]}
                told = {name: headers[name] for name in TOLD if name in headers}
                found = replace(reply, status=head["status"], headers=told, body=bytes(body))
                await run_in_threadpool(self.replies.answer, actor, key, found)
                kept = True
            if whole or len(body) > LONGEST:
                long = not whole
                await send(head)
                await send({"type": "http.response.body", "body": bytes(body), "more_body": long})

        try:
            await self.app(scope, receive, keep)
        finally:
            if not kept:
                await asyncio.shield(run_in_threadpool(self.replies.forget, actor, key))


def takes(path: str) -> bool:
    """Whether a POST to it may have a key."""
    return path.startswith(WHERE) and not path.startswith(ONCE)


async def _read(scope: Scope, receive: Receive) -> tuple[list[Message], str]:
    """The body's messages, and a hash of all that is asked; clients choose a new boundary of parts each time."""
    messages: list[Message] = []
    while not messages or messages[-1].get("more_body", False):
        messages.append(await receive())
        if messages[-1]["type"] != "http.request":
            break
    body = b"".join(message.get("body", b"") for message in messages)
    kind = Headers(scope=scope).get("content-type", "").encode("latin-1")
    boundary = BOUNDARY.search(kind) if kind.startswith(b"multipart/") else None
    if boundary:
        body, kind = body.replace(boundary[1], b""), kind.replace(boundary[1], b"")
    asked = (scope["path"].encode(), scope["query_string"], kind, body)
    return messages, hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in asked)).hexdigest()


def _replayed(messages: Sequence[Message], receive: Receive) -> Receive:
    rest = list(messages)

    async def again() -> Message:
        return rest.pop(0) if rest else await receive()

    return again


async def _answer(reply: Reply, send: Send) -> None:
    told = {**reply.headers, "content-length": str(len(reply.body)), "idempotency-replayed": "true"}
    headers = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
