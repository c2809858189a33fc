"""Redis Streams: a consumer group; what a dead worker held is claimed once it has lain idle."""

import asyncio
import os
import socket
from typing import Any

from faststream import AckPolicy
from faststream.redis import RedisBroker, StreamSub
from faststream.redis.parser import BinaryMessageFormatV1
from redis.exceptions import ConnectionError, ResponseError

from pipelines.brokers import Feed, Handle
from pipelines.brokers._whole import GRACE, log, whole

BODY = (b"__data__", b"data", b"body")
"""Fields of an entry that may hold the message: FastStream's, and the usual ones. An entry of one field is that."""


def open_line(feed: Feed, handle: Handle) -> "RedisLine":
    return RedisLine(feed, handle)


class RedisLine:
    """A worker is known by its host's name: started again, it first takes what it had in hand, in order."""

    def __init__(self, feed: Feed, handle: Handle) -> None:
        self._feed, self._handle = feed, handle
        self._worker = os.environ.get("HOSTNAME") or socket.gethostname()
        self._begun: asyncio.Task[None] | None = None
        self._broker = RedisBroker(feed.url, logger=log, graceful_timeout=GRACE, apply_types=False)
        self._subscribe(self._worker, max_records=feed.batch, polling_interval=int(feed.linger * 1000))
        idle = int(feed.redeliver * 1000)
        self._subscribe(self._worker, min_idle_time=idle, polling_interval=min(idle, 1000))

    def _subscribe(self, worker: str, **options: Any) -> None:
        stream = StreamSub(self._feed.subject, group=self._feed.group, consumer=worker, batch=True, **options)
        self._broker.subscriber(stream=stream, ack_policy=AckPolicy.NACK_ON_ERROR, decoder=whole)(self._take)

    async def connect(self) -> None:
        client: Any = await self._broker.connect()
        await client.ping()

    async def start(self) -> None:
        feed = self._feed
        client: Any = await self._broker.connect()
        try:
            await client.xgroup_create(feed.subject, feed.group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        self._begun = asyncio.create_task(self._begin(client))

    async def _begin(self, client: Any) -> None:
        while True:
            try:
                await self._resume(client)
            except ConnectionError:
                await asyncio.sleep(1)
            else:
                return await self._broker.start()

    async def _resume(self, client: Any) -> None:
        """Takes what this worker was given before and has not acknowledged."""
        feed, after = self._feed, b"0"
        while entries := await _pending(client, feed, self._worker, after):
            await self._handle([_body(fields) for _, fields in entries if fields])
            await client.xack(feed.subject, feed.group, *(id for id, _ in entries))
            after = entries[-1][0]

    async def _take(self, message: Any) -> None:
        await self._handle([_body(fields) for fields in message.raw_message["data"] if fields])

    async def stop(self) -> None:
        if self._begun and not self._begun.done():
            await asyncio.wait([self._begun], timeout=GRACE)
            self._begun.cancel()
        await self._broker.stop()

    async def publish(self, subject: str, body: bytes, *, id: str = "", key: str = "") -> None:
        client: Any = await self._broker.connect()
        await client.xadd(subject, {"data": body})

    async def lag(self) -> int | None:
        client: Any = await self._broker.connect()
        groups = await client.xinfo_groups(self._feed.subject)
        told = next((group for group in groups if _text(group["name"]) == self._feed.group), None)
        return None if told is None or told.get("lag") is None else int(told["lag"]) + int(told["pending"])


async def _pending(client: Any, feed: Feed, worker: str, after: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """What this worker was given and has not acknowledged; an entry that was trimmed meanwhile has no fields."""
    found = await client.xreadgroup(feed.group, worker, {feed.subject: after}, count=feed.batch)
    return found[0][1] if found else []


def _body(fields: dict[bytes, bytes]) -> bytes:
    name = next((name for name in BODY if name in fields), None) or next(iter(fields))
    return BinaryMessageFormatV1.parse(fields[name])[0]


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
