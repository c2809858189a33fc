"""Webhooks: a signed request a message, by Standard Webhooks; the body is a CloudEvent in JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines import signatures
from pipelines.messages import Message
from pipelines.sinks._secrets import secrets

if TYPE_CHECKING:
    from pipelines.sinks._outward import Outward

TYPE = "application/cloudevents+json"


@dataclass(frozen=True, slots=True)
class Options:
    """`secret_env`: the variable that holds the secret; several apart by spaces while one is changed for another.
    `allow`: hosts that may be reached without https, or within our own network. `timeout`: seconds for one answer."""

    url: str
    secret_env: str
    allow: tuple[str, ...] = ()
    timeout: float = 10.0
    together: int = 8


def open_sink(options: Options, environment: Mapping[str, str]) -> "Webhook":
    """Raises BadSetting."""
    from pipelines.sinks._outward import Outward

    keys = [signatures.secret(word) for word in secrets("secret_env", options.secret_env, environment)]
    return Webhook(Outward(options.url, allow=options.allow, timeout=options.timeout), keys, options.together)


class Webhook:
    def __init__(self, outward: "Outward", keys: Sequence[bytes], together: int) -> None:
        self._outward, self._keys = outward, keys
        self.most, self.together, self.linger = 1, together, 0.0

    async def start(self) -> None:
        """Nothing to do: each request stands alone."""

    async def send(self, messages: Sequence[Message]) -> None:
        for message in messages:
            body = message.body()
            headers = signatures.sign(self._keys, message.id, datetime.now(UTC), body)
            await self._outward.post(body, {"content-type": TYPE, "user-agent": "frictionary", **headers})

    async def stop(self) -> None:
        await self._outward.close()
