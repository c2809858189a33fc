"""A broker as a sink: each holds what was sent, whole and in order, however often it was sent."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines import brokers
from pipelines.brokers import Feed
from pipelines.messages import Message
from pipelines.sinks import broker
from pipelines.sinks._protocol import Unavailable

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def told(number: int) -> Message:
    return Message("customer.changed", "c1", "c1", AT, {"stage": "größer"}, f"evt_{number}", 1, number)


def send(sink: broker.Broker, messages: Sequence[Message]) -> None:
    async def all() -> None:
        await sink.start()
        try:
            await sink.send(messages)
        finally:
            await sink.stop()

    asyncio.run(all())


def held(feed: Feed, *, least: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []

    async def read() -> None:
        async def handle(bodies: Sequence[bytes]) -> None:
            found.extend(json.loads(body) for body in bodies)

        line = brokers.line(replace(feed, group=f"reader-{time.time_ns()}"), handle)
        await line.start()
        async with asyncio.timeout(20):
            while len(found) < least:
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.3)
        await line.stop()

    asyncio.run(read())
    return found


def test_what_is_sent_is_held_in_order(feed: Feed) -> None:
    sink = broker.open_sink(broker.Options(feed.url, subject=feed.subject), {})
    send(sink, [told(n) for n in range(1, 20)])
    send(sink, [told(20)])
    found = held(feed, least=20)
    assert [event["id"] for event in found] == [f"evt_{n}" for n in range(1, 21)]
    assert found[0]["data"] == {"stage": "größer"}


def test_nats_holds_once_what_is_sent_twice(feed: Feed) -> None:
    if not feed.url.startswith("nats"):
        pytest.skip("the others hold it twice, under the same id")
    for _ in range(2):
        send(broker.open_sink(broker.Options(feed.url, subject=feed.subject), {}), [told(1), told(2)])
    assert [event["id"] for event in held(feed, least=2)] == ["evt_1", "evt_2"]


@pytest.mark.broker
@pytest.mark.parametrize("scheme", ["nats", "redis", "amqp"])
def test_a_broker_that_is_away_is_told_without_its_password(scheme: str) -> None:
    pytest.importorskip("faststream")
    options = broker.Options(url_env="BUS", timeout=1.0)
    sink = broker.open_sink(options, {"BUS": f"{scheme}://ann:hidden-word@127.0.0.1:9"})
    with pytest.raises(Unavailable) as found:
        send(sink, [told(1)])
    assert "127.0.0.1:9" in str(found.value)
    assert "hidden-word" not in str(found.value)


def test_kafka_is_given_the_key_that_keeps_the_order() -> None:
    pytest.importorskip("faststream")
    from faststream.kafka import TestKafkaBroker

    from pipelines.brokers.kafka import KafkaLine

    found: list[bytes] = []

    async def handle(bodies: Sequence[bytes]) -> None:
        found.extend(bodies)

    async def run() -> None:
        line = brokers.line(Feed("kafka://127.0.0.1:9092", "events"), handle)
        assert isinstance(line, KafkaLine)
        async with TestKafkaBroker(line.broker):
            await line.publish("events", told(1).body(), id="evt_1", key="c1")

    asyncio.run(run())
    assert json.loads(found[0])["partitionkey"] == "c1"
