"""RabbitMQ: a durable queue; as many messages as make a batch are taken before the first is acknowledged."""

from typing import Any

from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue

from pipelines.brokers import Feed, Handle
from pipelines.brokers._whole import GRACE, Gathered, log, whole


def open_line(feed: Feed, handle: Handle) -> "RabbitLine":
    return RabbitLine(feed, handle)


class RabbitLine:
    """`group` says nothing here: whoever reads a queue shares it."""

    def __init__(self, feed: Feed, handle: Handle) -> None:
        self._feed = feed
        self._gathered = Gathered(handle, most=feed.batch, linger=feed.linger)
        self._broker = RabbitBroker(feed.url, logger=log, graceful_timeout=GRACE, apply_types=False)
        self._queue = RabbitQueue(feed.subject, durable=True)
        self._broker.subscriber(
            self._queue,
            channel=Channel(prefetch_count=feed.batch),
            ack_policy=AckPolicy.NACK_ON_ERROR,
            decoder=whole,
        )(self._take)

    async def connect(self) -> None:
        await self._broker.connect()
        await self._broker.declare_queue(self._queue)

    async def start(self) -> None:
        await self._broker.connect()
        await self._broker.declare_queue(RabbitQueue(self._feed.dead, durable=True))
        await self._broker.start()

    async def _take(self, message: Any) -> None:
        await self._gathered.take(message.body)

    async def stop(self) -> None:
        await self._broker.stop()

    async def publish(self, subject: str, body: bytes, *, id: str = "", key: str = "") -> None:
        await self._broker.publish(
            body, queue=subject, persist=True, mandatory=True, timeout=GRACE, message_id=id or None
        )

    async def lag(self) -> int | None:
        """Messages that wait; those in hand are not told by the server."""
        connection = await self._broker.connect()
        async with connection.channel() as channel:  # FastStream keeps what a queue was when it was declared
            queue = await channel.declare_queue(self._feed.subject, passive=True)
        return queue.declaration_result.message_count
