"""Brokers that conversations come from, one file each; the scheme of the URL tells which, imported on demand."""

import importlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from nlp.errors import BadSetting, MissingDependency, UnknownName

__all__ = ["Feed", "Handle", "Line", "known", "line", "shown"]

SCHEMES = {"tls": "nats", "rediss": "redis", "amqp": "rabbitmq", "amqps": "rabbitmq"}
"""Other spellings of a file's name, as each broker's own clients write them."""

Handle = Callable[[Sequence[bytes]], Awaitable[None]]
"""Takes a batch of messages to where it is safe. It returns when they may be acknowledged, and raises when they must
come again."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Where messages come from, and how many at a time.

    `url` may hold a password: print `shown(url)`. `subject` is a subject, stream, queue or topic by the broker's own
    name for it. All workers of a `group` share the messages. At most `batch` are taken at once, after at most `linger`
    seconds; what is not acknowledged after `redeliver` seconds without a sign of life is given to another worker.
    `in_flight` limits what a group has not acknowledged where the broker can (NATS): `batch` keeps the order.
    `stream` is JetStream's name for what holds the subject; found, or made, where empty.
    """

    url: str
    subject: str
    group: str = "frictionary"
    batch: int = 64
    linger: float = 0.25
    redeliver: float = 30.0
    in_flight: int = 0
    stream: str = ""

    @property
    def dead(self) -> str:
        """Where messages go that cannot be read."""
        return f"{self.subject}.dead"


class Line(Protocol):
    """A connection to one feed. Errors of the broker while it is open are for the line to outlast."""

    async def connect(self) -> None:
        """Connect, and make what is missing at the broker to publish to the subject. No batch is handed over yet."""

    async def start(self) -> None:
        """Connect, make what is missing at the broker, and begin to hand batches over, one after another."""

    async def stop(self) -> None:
        """Take no more, let the batch in hand end and be acknowledged, and disconnect."""

    async def publish(self, subject: str, body: bytes, *, id: str = "", key: str = "") -> None:
        """Returns when the broker has it for good. Brokers that can leave out what comes again with an `id` (NATS), or
        hand it on (RabbitMQ); those of one `key` stay in order where there are partitions (Kafka)."""

    async def lag(self) -> int | None:
        """Messages that wait, or are not acknowledged; None where the broker does not tell."""


def known() -> list[str]:
    """The brokers: the files of this folder."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def line(feed: Feed, handle: Handle) -> Line:
    """A line to the feed, not started yet. Raises BadSetting, UnknownName, MissingDependency."""
    scheme = urlsplit(feed.url).scheme
    name = SCHEMES.get(scheme, scheme)
    if "://" not in feed.url:
        raise BadSetting(f"{shown(feed.url)}: a broker's URL expected, such as nats://localhost:4222")
    if name not in known():
        raise UnknownName.of("broker", name, known())
    try:
        module = importlib.import_module(f"pipelines.brokers.{name}")
    except ImportError as error:
        raise MissingDependency.of(name, "faststream", "brokers") from error
    opened: Line = module.open_line(feed, handle)
    return opened


def shown(url: str) -> str:
    """Without user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
