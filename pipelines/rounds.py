"""One round of messages to a sink: sent in order for each key, and what became of each."""

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.messages import Message
from pipelines.sinks._protocol import MessageSink, Refused, Unavailable

GRACE = 60.0
"""Seconds that a sink has for whatever it was given."""
log = logging.getLogger("frictionary.publish")


@dataclass(frozen=True, slots=True)
class Failure:
    """`counts`: as one of the tries that a message has; a sink that is busy says nothing against it."""

    message: Message
    why: str
    counts: bool = True


@dataclass(slots=True)
class Round:
    """What became of the messages. `behind`: not tried, for another of their key failed or the sink takes no more.
    `silent`: nothing was said of any message that failed. `wait`: seconds that the sink asks for."""

    delivered: list[Message] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    behind: list[Message] = field(default_factory=list)
    silent: bool = True
    wait: float = 0.0

    @property
    def away(self) -> bool:
        """Nothing at all got through, and nothing was said of any message: not they are at fault, but the sink."""
        return bool(self.failed) and self.silent and not self.delivered

    def fail(self, message: Message, error: Exception) -> None:
        busy = isinstance(error, Unavailable) and error.wait > 0
        self.failed.append(Failure(message, str(error), counts=not busy))
        if isinstance(error, Unavailable):
            self.wait = max(self.wait, error.wait)
        else:
            self.silent = False

    def unblocked(self, part: Sequence[Message]) -> list[Message]:
        """Without those that wait behind one of their key that failed."""
        bad = {failure.message.key for failure in self.failed}
        self.behind += [message for message in part if message.key in bad]
        return [message for message in part if message.key not in bad]


class Sender:
    """Sends rounds to one sink. `stopping` ends a round after what is being sent."""

    def __init__(self, sink: MessageSink, stopping: asyncio.Event, chance: random.Random) -> None:
        self.sink, self._stopping, self._chance, self._started = sink, stopping, chance, False

    async def send(self, due: Sequence[Message], fresh: Sequence[Message]) -> Round:
        """`due`: of different keys, each alone; `fresh`: of other keys than these, in their order."""
        found = Round()
        lanes = [[message] for message in due] + _lanes(fresh, self.sink.most)
        if not lanes:
            return found
        try:
            if not self._started:
                await asyncio.wait_for(self.sink.start(), GRACE)
                self._started = True
        except (Unavailable, TimeoutError) as error:
            for lane in lanes:
                found.fail(lane[0], _told(error))
            return found
        self._chance.shuffle(lanes)  # so that no few that hang are always the first to be tried
        room = asyncio.Semaphore(max(self.sink.together, 1))
        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(self._lane(lane, found, room))
        return found

    async def _lane(self, lane: Sequence[Message], found: Round, room: asyncio.Semaphore) -> None:
        most = self.sink.most
        async with room:
            for n in range(0, len(lane), most):
                if self._stopping.is_set() or (found.away and len(found.failed) >= self.sink.together):
                    found.behind += lane[n:]
                    return
                part = found.unblocked(lane[n : n + most])
                if part and not await self._hand(part, found):
                    found.behind += lane[n + most :]
                    return

    async def _hand(self, part: Sequence[Message], found: Round) -> bool:
        """Whether the sink takes more. Which message of a batch is refused is found by halves."""
        try:
            await asyncio.wait_for(self.sink.send(part), GRACE)
        except (Unavailable, TimeoutError) as error:
            found.fail(part[0], _told(error))
            found.behind += part[1:]
            return False
        except Exception as error:  # a fault of ours in one message must not cost the others
            if len(part) > 1:
                return await self._halves(part, found)
            found.fail(part[0], _told(error))
            return True
        found.delivered += part
        return True

    async def _halves(self, part: Sequence[Message], found: Round) -> bool:
        half = len(part) // 2
        if not await self._hand(part[:half], found):
            found.behind += part[half:]
            return False
        rest = found.unblocked(part[half:])
        return not rest or await self._hand(rest, found)


def _lanes(messages: Sequence[Message], most: int) -> list[list[Message]]:
    """One by one: a lane a key. In batches: all in one, in order."""
    if most > 1:
        return [list(messages)] if messages else []
    lanes: dict[str, list[Message]] = {}
    for message in messages:
        lanes.setdefault(message.key, []).append(message)
    return list(lanes.values())


def _told(error: Exception) -> Exception:
    """As it may be shown to people."""
    if isinstance(error, Unavailable | Refused):
        return error
    if isinstance(error, TimeoutError):
        return Unavailable("no answer in time")
    log.error("a sink failed at a message of ours: %s", type(error).__name__)
    return Refused(f"{type(error).__name__} in this sink")
