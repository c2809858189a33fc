"""A customer data platform by Segment's HTTP API: customers as `identify`, what happens as `track`, in batches.

https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/; RudderStack and others read the same.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.messages import Message, written
from pipelines.sinks._protocol import Refused
from pipelines.sinks._secrets import secrets

if TYPE_CHECKING:
    from pipelines.sinks._outward import Outward

LARGEST = 500_000
"""Bytes of a batch, and a 15th of it of one call, as Segment takes them."""


@dataclass(frozen=True, slots=True)
class Options:
    """`key_env`: the variable that holds the source's write key. `url`: without the path. The others as of webhooks."""

    key_env: str
    url: str = "https://api.segment.io"
    allow: tuple[str, ...] = ()
    timeout: float = 10.0
    most: int = 100
    linger: float = 1.0


def open_sink(options: Options, environment: Mapping[str, str]) -> "Segment":
    """Raises BadSetting."""
    from pipelines.sinks._outward import Outward

    key = secrets("key_env", options.key_env, environment)[0]
    url = options.url.rstrip("/") + "/v1/batch"
    return Segment(Outward(url, allow=options.allow, timeout=options.timeout), key, options.most, options.linger)


class Segment:
    def __init__(self, outward: "Outward", key: str, most: int, linger: float) -> None:
        self._outward, self._key = outward, base64.b64encode(f"{key}:".encode()).decode()
        self.most, self.together, self.linger = most, 1, linger

    async def start(self) -> None:
        """Nothing to do: each request stands alone."""

    async def send(self, messages: Sequence[Message]) -> None:
        body = json.dumps({"batch": [call(message) for message in messages]}, ensure_ascii=False).encode()
        if len(body) > LARGEST:
            raise Refused(f"{len(body):,} bytes are more than Segment takes ({LARGEST:,})")
        await self._outward.post(body, {"content-type": "application/json", "authorization": f"Basic {self._key}"})

    async def stop(self) -> None:
        await self._outward.close()


def call(message: Message) -> dict[str, Any]:
    """What changed of a customer are traits; all else is an event of the customer, or of the subject where it is
    nobody's. The message's id is Segment's, too: what comes twice counts once."""
    whose = {"userId": message.customer} if message.customer else {"anonymousId": message.subject}
    head: dict[str, Any] = {**whose, "messageId": message.id, "timestamp": written(message.at)}
    head["context"] = {"library": {"name": "frictionary", "version": str(message.version)}}
    if message.kind == "customer.changed":
        return {"type": "identify", **head, "traits": dict(message.data)}
    name = " ".join(word.capitalize() for word in message.kind.split("."))
    return {"type": "track", **head, "event": name, "properties": {"subject": message.subject, **message.data}}
