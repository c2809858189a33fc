"""What a body may be: of a known kind, not too large, not nested too deep, and not too slow to come."""

import asyncio
import re
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

DEPTH = 32
"""Objects and lists within one another; what we take needs six."""
PACE = 10_000
"""Bytes for which a body has one second more to come in."""
STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
INNERMOST = re.compile(rb"\[\]|\{\}")
NO_BRACKETS = bytes(b for b in range(256) if b not in b"[]{}")
SMALL = 64_000
"""Bytes that are looked through while others wait."""


def media_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def unknown_kind(headers: Headers, takes: Sequence[str]) -> str:
    """Why a body of this kind is not taken here; "" where it is, or where none comes."""
    empty = headers.get("content-length", "0").strip() == "0" and "transfer-encoding" not in headers
    given = media_type(headers)
    if empty or given in takes:
        return ""
    return f"content-type {given!r} is not taken here; taken: {', '.join(takes)}"


class Body:
    """The messages of one body, counted and timed. `most`: bytes, `patience`: seconds."""

    def __init__(self, receive: Receive, *, most: int, patience: float) -> None:
        self._receive, self._most, self._patience, self._size = receive, most, patience, 0
        self._ends = asyncio.get_running_loop().time() + patience
        self._whole = False

    async def receive(self) -> Message:
        """Raises HTTPException (413, 408). After the body's end it waits for as long as the client stays."""
        if self._whole:
            return await self._receive()
        left = self._ends + self._size / PACE - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(left, 0.001)):  # wait_for would make a task each time
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "the body came too slowly; send it again") from None
        self._whole = message["type"] != "http.request" or not message.get("more_body", False)
        self._size += len(message.get("body", b""))
        if self._size > self._most:
            raise HTTPException(413, too_large(self._most))
        return message

    async def all(self) -> tuple[bytes, Receive]:
        """(the body, a receive that gives it again)."""
        parts = []
        while not self._whole:
            parts.append((await self.receive()).get("body", b""))
        body = b"".join(parts)
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await self._receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        return body, again


def too_large(most: int) -> str:
    return f"the body is larger than {most:,} bytes; send less at once, or raise FRICTIONARY_MAX_BODY"


async def check_depth(body: bytes) -> None:
    """Raises HTTPException (422) for JSON that is nested too deep."""
    deep = nested_too_deep(body) if len(body) < SMALL else await run_in_threadpool(nested_too_deep, body)
    if deep:
        raise HTTPException(422, f"the JSON is nested deeper than {DEPTH} objects or lists; send it flatter")


def nested_too_deep(body: bytes) -> bool:
    """Whether more than `DEPTH` brackets are open at once; of what is no JSON, its reader tells more.

    Linear in the body: each round takes away the innermost pairs, and there are `DEPTH` rounds at most.
    """
    if body.count(b"[") + body.count(b"{") <= DEPTH:
        return False
    rest = STRINGS.sub(b"", body).translate(None, NO_BRACKETS)
    for _ in range(DEPTH):
        smaller = INNERMOST.sub(b"", rest)
        if len(smaller) == len(rest):
            break
        rest = smaller
    return rest.count(b"[") + rest.count(b"{") > DEPTH or INNERMOST.search(rest) is not None
