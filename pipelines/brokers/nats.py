"""NATS JetStream: a durable pull consumer; the batch in hand is kept alive while it is worked on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from nats.js.api import AckPolicy as Acknowledged
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError

from pipelines.brokers import Feed, Handle
from pipelines.brokers._whole import GRACE, Gathered, log, whole

RECONNECT = {"max_reconnect_attempts": -1, "reconnect_time_wait": 0.5, "allow_reconnect": True}
ASK = 1.0
"""Seconds that a request for messages waits at the server: what it is given after we are gone comes again late."""
NEXT = 0.02
"""Seconds between two messages of one answer. FastStream's own batches lose what they hold when nats-py times out in
the midst of one, which then comes again only after `redeliver` seconds."""


def open_line(feed: Feed, handle: Handle) -> "NatsLine":
    return NatsLine(feed, handle)


class NatsLine:
    def __init__(self, feed: Feed, handle: Handle) -> None:
        self._feed = feed
        self._gathered = Gathered(handle, most=feed.batch, linger=NEXT)
        self._stream = feed.stream or feed.subject.replace(".", "_").upper()
        self._broker = NatsBroker(
            feed.url,
            logger=log,
            graceful_timeout=GRACE,
            apply_types=False,
            **RECONNECT,  # type: ignore[arg-type]
        )

    async def connect(self) -> None:
        await self._broker.connect()
        self._stream = await self._holding(self._feed.subject, self._stream)

    async def start(self) -> None:
        feed = self._feed
        await self.connect()
        await self._holding(feed.dead, f"{self._stream}_DEAD")
        await self._context.add_consumer(self._stream, self._consumer())
        self._broker.subscriber(
            feed.subject,
            durable=feed.group,
            stream=JStream(self._stream, declare=False),
            pull_sub=PullSub(batch_size=feed.batch, timeout=ASK),
            ack_policy=AckPolicy.NACK_ON_ERROR,
            decoder=whole,
        )(self._take)
        await self._broker.start()

    def _consumer(self) -> ConsumerConfig:
        """Made, or brought to what is asked for now: one that the server knows would stay as it was."""
        return ConsumerConfig(
            durable_name=self._feed.group,
            filter_subject=self._feed.subject,
            ack_policy=Acknowledged.EXPLICIT,
            ack_wait=self._feed.redeliver,
            max_ack_pending=self._feed.in_flight or self._feed.batch,
        )

    async def _holding(self, subject: str, name: str) -> str:
        """The stream that holds the subject, made where there is none."""
        try:
            found: str = await self._context.find_stream_name_by_subject(subject)
        except NotFoundError:
            await self._context.add_stream(name=name, subjects=[subject])
            return name
        return found

    @property
    def _context(self) -> Any:
        return self._broker.config.connection_state.stream

    async def _take(self, message: Any) -> None:
        async with _beating(message, self._feed.redeliver / 3):
            await self._gathered.take(message.body)

    async def stop(self) -> None:
        await self._broker.stop()

    async def publish(self, subject: str, body: bytes, *, id: str = "", key: str = "") -> None:
        await self._context.publish(subject, body, timeout=GRACE, headers={"Nats-Msg-Id": id} if id else None)

    async def lag(self) -> int | None:
        told = await self._context.consumer_info(self._stream, self._feed.group)
        return int(told.num_pending + told.num_ack_pending)


@asynccontextmanager
async def _beating(message: Any, every: float) -> AsyncIterator[None]:
    """Tells the server that a message is still worked on, so that it is given to nobody else."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(every)
            with suppress(Exception):  # disconnected: it will come again, which does no harm
                await message.in_progress()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
