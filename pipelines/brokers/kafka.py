"""Kafka: a consumer group; offsets are committed after the batch. Tested with FastStream's broker in memory alone."""

from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from pipelines.brokers import Feed, Handle
from pipelines.brokers._whole import GRACE, log, whole


def open_line(feed: Feed, handle: Handle) -> "KafkaLine":
    return KafkaLine(feed, handle)


class KafkaLine:
    def __init__(self, feed: Feed, handle: Handle) -> None:
        self._handle = handle
        servers = feed.url.removeprefix("kafka://").rstrip("/")
        self.broker = KafkaBroker(servers, logger=log, graceful_timeout=GRACE, apply_types=False, acks="all")
        self._subscriber = self.broker.subscriber(
            feed.subject,
            group_id=feed.group,
            batch=True,
            max_records=feed.batch,
            batch_timeout_ms=int(feed.linger * 1000),
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            decoder=whole,
        )
        self._subscriber(self._take)

    async def connect(self) -> None:
        await self.broker.connect()

    async def start(self) -> None:
        await self.broker.start()

    async def _take(self, message: Any) -> None:
        await self._handle([one.value for one in message.raw_message if one.value is not None])

    async def stop(self) -> None:
        await self.broker.stop()

    async def publish(self, subject: str, body: bytes, *, id: str = "", key: str = "") -> None:
        await self.broker.publish(body, subject, key=key.encode() or None)

    async def lag(self) -> int | None:
        consumer = self._subscriber.consumer
        if consumer is None:
            return None
        ends = await consumer.end_offsets(consumer.assignment())
        return sum([int(end) - int(await consumer.committed(part) or 0) for part, end in ends.items()])
