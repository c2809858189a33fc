"""Every broker passes this file: batches in order, acknowledged when handled, given again when not; Kafka in memory."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from nlp.errors import BadSetting, UnknownName
from pipelines.brokers import Feed, Handle, known, line, shown

SENT = [b'{"n": %d}' % n for n in range(10)]


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not met():
            await asyncio.sleep(0.02)


async def read(feed: Feed, handle: Handle, met: Callable[[], bool], *, send: Sequence[bytes] = ()) -> int | None:
    """Open a line, send, wait until `met`, and give the lag that is left."""
    opened = line(feed, handle)
    await opened.start()
    try:
        for body in send:
            await opened.publish(feed.subject, body)
        await until(met)
        await asyncio.sleep(0.2)
        return await opened.lag()
    finally:
        await opened.stop()


def test_messages_come_in_order_in_batches_one_at_a_time_and_are_acknowledged(feed: Feed) -> None:
    seen: list[bytes] = []
    sizes: list[int] = []
    open_now = 0

    async def handle(bodies: Sequence[bytes]) -> None:
        nonlocal open_now
        open_now += 1
        assert open_now == 1
        await asyncio.sleep(0.02)
        seen.extend(bodies)
        sizes.append(len(bodies))
        open_now -= 1

    assert asyncio.run(read(feed, handle, lambda: len(seen) == 10, send=SENT)) == 0
    assert seen == SENT
    assert max(sizes) <= feed.batch


def test_a_group_of_another_batch_than_before_is_given_as_much(feed: Feed) -> None:
    sizes: list[int] = []

    async def handle(bodies: Sequence[bytes]) -> None:
        sizes.append(len(bodies))

    async def larger() -> None:
        await read(replace(feed, batch=1), handle, lambda: len(sizes) == 10, send=SENT)
        assert set(sizes) == {1}
        sender = line(replace(feed, subject=f"{feed.subject}.unread"), handle)
        await sender.start()
        for body in SENT:
            await sender.publish(feed.subject, body)
        await sender.stop()
        await read(replace(feed, batch=10), handle, lambda: sum(sizes) == 20)

    asyncio.run(larger())
    assert max(sizes) > 4


def test_what_was_sent_before_anybody_read_is_read(feed: Feed) -> None:
    seen: list[bytes] = []

    async def nothing(bodies: Sequence[bytes]) -> None:
        raise ConnectionError("not now")

    async def handle(bodies: Sequence[bytes]) -> None:
        seen.extend(bodies)

    async def both() -> int | None:
        first = line(feed, nothing)
        await first.start()
        await first.stop()
        sender = line(replace(feed, group="another"), nothing)
        await sender.start()
        for body in SENT:
            await sender.publish(feed.subject, body)
        await sender.stop()
        return await read(feed, handle, lambda: set(seen) == set(SENT))

    assert asyncio.run(both()) == 0


def test_a_batch_that_was_not_handled_comes_again(feed: Feed) -> None:
    seen: list[bytes] = []
    tries = 0

    async def handle(bodies: Sequence[bytes]) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConnectionError("the store is away")
        seen.extend(bodies)

    assert asyncio.run(read(feed, handle, lambda: set(seen) == set(SENT), send=SENT)) == 0


DYING = """
import asyncio, os, sys
from pipelines.brokers import Feed, line

async def die(bodies):
    os._exit(9)

async def main(url, subject):
    await line(Feed(url, subject, batch=4, linger=0.1, redeliver=2.0), die).start()
    await asyncio.sleep(60)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.slow
def test_what_a_killed_worker_had_in_hand_comes_again_in_order(feed: Feed) -> None:
    seen: list[bytes] = []

    async def handle(bodies: Sequence[bytes]) -> None:
        seen.extend(bodies)

    async def killed() -> None:
        await read(feed, handle, lambda: True)  # makes what is missing at the broker
        sender = line(replace(feed, subject=f"{feed.subject}.unread"), handle)
        await sender.start()
        for body in SENT:
            await sender.publish(feed.subject, body)
        await sender.stop()
        worker = await asyncio.create_subprocess_exec(sys.executable, "-c", DYING, feed.url, feed.subject)
        assert await worker.wait() == 9
        await read(feed, handle, lambda: len(seen) == len(SENT))

    asyncio.run(killed())
    assert seen == SENT


def test_a_line_that_is_stopped_lets_the_batch_in_hand_end(feed: Feed) -> None:
    begun, done = asyncio.Event(), []

    async def handle(bodies: Sequence[bytes]) -> None:
        begun.set()
        await asyncio.sleep(0.5)
        done.extend(bodies)

    async def stopped() -> list[bytes]:
        opened = line(feed, handle)
        await opened.start()
        await opened.publish(feed.subject, SENT[0])
        await begun.wait()
        await opened.stop()
        return list(done)

    assert asyncio.run(stopped()) == SENT[:1]


def test_what_is_published_on_the_dead_subject_can_be_read_there(feed: Feed) -> None:
    seen: list[bytes] = []

    async def handle(bodies: Sequence[bytes]) -> None:
        seen.extend(bodies)

    async def buried() -> None:
        opened = line(feed, handle)
        await opened.start()
        await opened.publish(feed.dead, b"why")
        await opened.stop()
        await read(replace(feed, subject=feed.dead), handle, lambda: seen == [b"why"])

    asyncio.run(buried())


def test_kafka_hands_batches_over_and_publishes_in_memory() -> None:
    pytest.importorskip("faststream")
    from faststream.kafka import TestKafkaBroker

    from pipelines.brokers.kafka import KafkaLine

    seen: list[bytes] = []

    async def handle(bodies: Sequence[bytes]) -> None:
        seen.extend(bodies)

    async def sent() -> None:
        opened = KafkaLine(Feed("kafka://broker:9092", "conversations"), handle)
        async with TestKafkaBroker(opened.broker):
            await opened.publish("conversations", SENT[0])
            await opened.publish("elsewhere", SENT[1])
            assert await opened.lag() is None

    asyncio.run(sent())
    assert seen == SENT[:1]


async def nobody(bodies: Sequence[bytes]) -> None:
    raise AssertionError


def test_a_url_of_no_known_broker_lists_the_known() -> None:
    assert known() == ["kafka", "nats", "rabbitmq", "redis"]
    with pytest.raises(UnknownName, match="kafka, nats, rabbitmq, redis"):
        line(Feed("mqtt://localhost", "x"), nobody)
    with pytest.raises(BadSetting, match="a broker's URL expected"):
        line(Feed("localhost", "x"), nobody)


def test_an_error_of_the_library_is_told_on_one_line(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("faststream")
    from pipelines.brokers._whole import log

    try:
        raise ConnectionError("closed by server")
    except ConnectionError:
        log.exception("Message fetch error\nIf this causes issues, see elsewhere")
    assert caplog.messages == ["Message fetch error (ConnectionError: closed by server)"]
    assert "Traceback" not in caplog.text


def test_a_password_is_not_shown() -> None:
    assert shown("amqp://guest:secret@rabbit:5672/host") == "amqp://rabbit:5672/host"
