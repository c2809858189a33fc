"""What takes messages: a sink of any kind, and what it says when it does not take them."""

from collections.abc import Sequence
from typing import Protocol

from pipelines.messages import Message


class Unavailable(Exception):
    """The sink does not answer, or answers nothing of this message: it is tried again after a while, of at least `wait`
    seconds. The text is shown to people: it holds no secret."""

    def __init__(self, reason: str, *, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class Refused(Exception):
    """The sink answers that it does not take this message, or one of these."""


class MessageSink(Protocol):
    """`most` messages are sent at once, in their order; `together`: as many keys are sent beside one another.
    `linger`: seconds that a batch may wait to be full."""

    most: int
    together: int
    linger: float

    async def start(self) -> None:
        """Raises Unavailable."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Returns when the sink has them for good. Raises Unavailable, Refused: then none, some or all got through."""

    async def stop(self) -> None: ...
