"""Brokers: NATS JetStream, Redis Streams, RabbitMQ, Kafka; a CloudEvent in JSON a message."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from nlp.errors import BadSetting
from pipelines import brokers
from pipelines.brokers import Feed, Line
from pipelines.messages import Message
from pipelines.sinks._protocol import Unavailable
from pipelines.sinks._secrets import secrets


@dataclass(frozen=True, slots=True)
class Options:
    """`url`, or `url_env`, the variable that holds it where it has a password. `subject`: a subject, stream, queue or
    topic by the broker's own name for it."""

    url: str = ""
    url_env: str = ""
    subject: str = "frictionary.events"
    timeout: float = 10.0


def open_sink(options: Options, environment: Mapping[str, str]) -> "Broker":
    """Raises BadSetting, UnknownName, MissingDependency."""
    if bool(options.url) == bool(options.url_env):
        raise BadSetting("url or url_env is needed, one of them")
    url = options.url or secrets("url_env", options.url_env, environment)[0]
    return Broker(Feed(url, options.subject), options.timeout)


async def _nobody(_: Sequence[bytes]) -> None:
    raise RuntimeError("a sink takes no messages")


class Broker:
    """A broker that did not answer is connected to anew."""

    def __init__(self, feed: Feed, timeout: float) -> None:
        self._feed, self._timeout = feed, timeout
        self._line: Line | None = None
        self._turn = asyncio.Lock()
        self.most, self.together, self.linger = 1, 8, 0.0
        brokers.line(feed, _nobody)  # an unknown one is told at the start

    async def start(self) -> None:
        await self._connected()

    async def send(self, messages: Sequence[Message]) -> None:
        line = await self._connected()
        try:
            for message in messages:
                sent = line.publish(self._feed.subject, message.body(), id=message.id, key=message.key)
                await self._in_time(sent)
        except Unavailable:
            await self._leave(line)
            raise

    async def stop(self) -> None:
        if self._line:
            await self._leave(self._line)

    async def _connected(self) -> Line:
        async with self._turn:
            if self._line is None:
                line = brokers.line(self._feed, _nobody)
                try:
                    await self._in_time(line.connect())
                except Unavailable:
                    await self._leave(line)
                    raise
                self._line = line
            return self._line

    async def _leave(self, line: Line) -> None:
        if self._line is line:
            self._line = None
        with suppress(Unavailable):
            await self._in_time(line.stop())

    async def _in_time(self, work: Awaitable[None]) -> None:
        try:
            await asyncio.wait_for(work, self._timeout)
        except Exception as error:  # each broker's library has errors of its own
            place = brokers.shown(self._feed.url)
            told = f"{type(error).__name__}: {error}".replace(self._feed.url, place)
            raise Unavailable(f"{place}: {told}"[:300]) from error
