"""The brokers that every test of a line runs over: those that answer on this machine, each on a subject of its own."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from pipelines.brokers import Feed

URLS = {
    "nats": os.environ.get("FRICTIONARY_TEST_NATS", "nats://127.0.0.1:4222"),
    "redis": os.environ.get("FRICTIONARY_TEST_REDIS", "redis://127.0.0.1:6379"),
    "rabbitmq": os.environ.get("FRICTIONARY_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672/"),
}


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.broker) for name in URLS])
def feed(request: pytest.FixtureRequest) -> Iterator[Feed]:
    """Of a broker that answers, on a subject that nobody else uses and that is removed afterwards."""
    pytest.importorskip("faststream")
    url = URLS[request.param]
    place = urlsplit(url)
    try:
        socket.create_connection((place.hostname, place.port), timeout=3).close()
    except OSError as error:
        pytest.skip(f"no {request.param} server to test on: {error}")
    feed = Feed(url, f"test-{uuid4().hex}", batch=4, linger=0.1, redeliver=2.0)
    yield feed
    with suppress(Exception):  # a test that failed before it made something leaves nothing to remove
        asyncio.run(REMOVE[request.param](feed))


async def _remove_nats(feed: Feed) -> Any:
    import nats

    client = await nats.connect(feed.url)
    for subject in (feed.subject, feed.dead):
        with suppress(Exception):
            await client.jetstream().delete_stream(await client.jetstream().find_stream_name_by_subject(subject))
    await client.close()


async def _remove_redis(feed: Feed) -> Any:
    from redis.asyncio import Redis

    async with Redis.from_url(feed.url) as client:
        await client.delete(feed.subject, feed.dead)


async def _remove_rabbitmq(feed: Feed) -> Any:
    import aio_pika

    async with await aio_pika.connect(feed.url) as connection:
        channel = await connection.channel()
        for queue in (feed.subject, feed.dead):
            await channel.queue_delete(queue)


REMOVE = {"nats": _remove_nats, "redis": _remove_redis, "rabbitmq": _remove_rabbitmq}
