"""From the outbox to a sink: in order for each key, at least once, until it is taken or dead.

A round reads what is due again and what comes next, sends it, and notes in one transaction what became of it. Killed in
between, a round is sent again: that, and a replay, are the only ways in which a message comes twice.
"""

import asyncio
import logging
import os
import random
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import uuid4

from nlp.errors import StoreError
from pipelines.messages import Message
from pipelines.outbox_meters import OutboxMeters
from pipelines.sinkfile import Outlet
from pipelines.sinks._protocol import MessageSink, Refused, Unavailable
from pipelines.stores.protocols import Store
from pipelines.stores.protocols.outbox import Held, Progress

ROUND = 64
"""Messages of a round at most, where a sink takes them one by one: how many may come twice after a kill."""
LEASE = timedelta(seconds=30)
"""How long a publisher that says nothing keeps others from its sink."""
GRACE = 60.0
"""Seconds that a sink has for whatever it was given."""
OFTEN = 5.0
"""Seconds between two looks at what waits, for the metrics."""
KEPT = timedelta(days=7)
"""How long what every sink has taken can be replayed."""
log = logging.getLogger("frictionary.publish")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `poll`: between two looks at an outbox in which nothing new is. A message that was not taken waits for
    `first`, then twice as long each time, up to `longest`; a sink that does not answer for as long, up to `away`. Up to
    half of each is drawn by lot, so that what failed together does not come again together."""

    poll: float = 0.5
    first: float = 2.0
    longest: float = 3600.0
    away: float = 60.0


@dataclass(slots=True)
class Sent:
    """What became of the messages of a round; `silent`, of those that failed: the sink said nothing of them."""

    delivered: list[Message] = field(default_factory=list)
    failed: list[tuple[Message, str]] = field(default_factory=list)
    behind: list[Message] = field(default_factory=list)
    silent: bool = True
    wait: float = 0.0

    def fail(self, message: Message, error: Unavailable | Refused) -> None:
        self.failed.append((message, str(error)))
        if isinstance(error, Unavailable):
            self.wait = max(self.wait, error.wait)
        else:
            self.silent = False

    @property
    def away(self) -> bool:
        """Nothing at all got through, and nothing was said of any message: not they are at fault, but the sink."""
        return bool(self.failed) and self.silent and not self.delivered

    def unblocked(self, part: Sequence[Message]) -> list[Message]:
        """Without those that wait behind one of their key that failed."""
        bad = {message.key for message, _ in self.failed}
        self.behind += [message for message in part if message.key in bad]
        return [message for message in part if message.key not in bad]


class Publisher:
    """Serves one sink of a store; nobody else does meanwhile."""

    def __init__(
        self,
        store: Store,
        outlet: Outlet,
        sink: MessageSink,
        *,
        pace: Pace = Pace(),
        meters: OutboxMeters | None = None,
        keep: timedelta = KEPT,
        seed: int | None = None,
    ) -> None:
        self.store, self.outlet, self.sink, self.pace = store, outlet, sink, pace
        self.meters = meters or OutboxMeters()
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.stopping = asyncio.Event()
        self._chance = random.Random(seed)
        self._started, self._keep = False, keep
        self._looked = float("-inf")
        self._most = max(ROUND, sink.most)

    async def run(self, *, follow: bool = True) -> int:
        """Until `stopping` is set; without `follow`, until nothing is left that may be tried now. Returns how many
        messages got through. The round in hand ends in any case.

        Raises StoreError without `follow`; with it, a store that is away is waited for.
        """
        await asyncio.to_thread(self.store.outbox.subscribe, self.outlet.name, datetime.now(UTC))
        through = 0
        try:
            while not self.stopping.is_set():
                done, pause = await self._patiently(follow)
                through += done
                if pause is None and not follow:
                    break
                if pause:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.stopping.wait(), pause)
        finally:
            with suppress(Unavailable):
                await self.sink.stop()
            with suppress(StoreError):
                await asyncio.to_thread(self.store.outbox.release, self.outlet.name, self.owner)
        return through

    async def _patiently(self, follow: bool) -> tuple[int, float | None]:
        try:
            return await self._turn(follow)
        except StoreError as error:
            if not follow:
                raise
            log.warning("sink %s waits for the store: %s", self.outlet.name, error)
            return 0, self.pace.away

    async def _turn(self, follow: bool) -> tuple[int, float | None]:
        """A round, and seconds until the next; None where nothing is left that may be tried now."""
        now = datetime.now(UTC)
        if not await asyncio.to_thread(self._mine, now):
            if not follow:
                raise StoreError(f"sink {self.outlet.name!r} is served by another publisher")
            return 0, LEASE.total_seconds() / 3
        await asyncio.to_thread(self._look)
        due, fresh = await asyncio.to_thread(self._read, now)
        waits = fresh and len(fresh) < self.sink.most and (now - fresh[0].at).total_seconds() < self.sink.linger
        if follow and waits:
            fresh = []
        if not due and not fresh:
            return 0, self.pace.poll if follow else None
        async with self._served():
            sent = await self._send(due, fresh)
        failures = await asyncio.to_thread(self._settle, due, fresh, sent)
        self._count(sent)
        if failures:
            pause = max(sent.wait, self._drawn(self.pace.first * 2 ** min(failures - 1, 20), self.pace.away))
            return len(sent.delivered), pause if follow else None
        return len(sent.delivered), 0.0

    def _mine(self, now: datetime) -> bool:
        state = self.store.outbox.sink(self.outlet.name)
        gone = [state.owner] if _dead(state.owner) else []
        return self.store.outbox.lease(self.outlet.name, self.owner, at=now, until=now + LEASE, over=gone)

    def _read(self, now: datetime) -> tuple[list[Held], list[Message]]:
        box, name = self.store.outbox, self.outlet.name
        return box.due(name, now, limit=self._most), box.fresh(name, limit=self._most)

    def _look(self) -> None:
        """For the metrics, and to leave nothing behind that everybody has taken long ago."""
        if monotonic() - self._looked >= OFTEN:
            self._looked = monotonic()
            self.store.outbox.prune(datetime.now(UTC) - self._keep)
            self.meters.see(self.store.outbox.sink(self.outlet.name))

    @asynccontextmanager
    async def _served(self) -> AsyncIterator[None]:
        """Others are kept away for as long as a round takes."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(LEASE.total_seconds() / 3)
                with suppress(StoreError):  # what the round did is not noted then, and comes again
                    await asyncio.to_thread(self._mine, datetime.now(UTC))

        task = asyncio.create_task(beat())
        try:
            yield
        finally:
            task.cancel()

    async def _send(self, due: Sequence[Held], fresh: Sequence[Message]) -> Sent:
        """What is due, each alone; of the rest, what is wanted and waits behind nothing."""
        sent, start = Sent(), monotonic()
        wanted = [message for message in fresh if self.outlet.wants(message.kind)]
        blocked = await asyncio.to_thread(self.store.outbox.blocked, self.outlet.name, {m.key for m in wanted})
        sent.behind = [message for message in wanted if message.key in blocked]
        free = [message for message in wanted if message.key not in blocked]
        lanes = [[held.message] for held in due] + _lanes(free, self.sink.most)
        if not lanes:
            return sent
        try:
            if not self._started:
                await asyncio.wait_for(self.sink.start(), GRACE)
                self._started = True
        except (Unavailable, TimeoutError) as error:
            for lane in lanes:
                sent.fail(lane[0], _silence(error))
            return sent
        self._chance.shuffle(lanes)  # so that no few that hang are always the first to be tried
        room = asyncio.Semaphore(max(self.sink.together, 1))
        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(self._lane(lane, sent, room))
        if sent.delivered:
            self.meters.seconds.labels(self.outlet.name).observe(monotonic() - start)
        return sent

    async def _lane(self, lane: Sequence[Message], sent: Sent, room: asyncio.Semaphore) -> None:
        """To its end, unless something of it fails, the sink is away, or the publisher is to stop."""
        most = self.sink.most
        async with room:
            for n in range(0, len(lane), most):
                if self.stopping.is_set() or (sent.away and len(sent.failed) >= self.sink.together):
                    sent.behind += lane[n:]
                    return
                part = sent.unblocked(lane[n : n + most])
                if part and not await self._hand(part, sent):
                    sent.behind += lane[n + most :]
                    return

    async def _hand(self, part: Sequence[Message], sent: Sent) -> bool:
        """Whether the sink takes more. Which message of a batch is refused is found by halves."""
        try:
            await asyncio.wait_for(self.sink.send(part), GRACE)
        except Refused as error:
            if len(part) == 1:
                sent.fail(part[0], error)
                return True
            return await self._halves(part, sent)
        except (Unavailable, TimeoutError) as error:
            sent.fail(part[0], _silence(error))
            sent.behind += part[1:]
            return False
        except Exception as error:  # a fault of ours in one message must not cost the others
            log.error("sink %s: %s of a message of ours", self.outlet.name, type(error).__name__)
            if len(part) == 1:
                sent.fail(part[0], Refused(f"{type(error).__name__} in this sink"))
                return True
            return await self._halves(part, sent)
        sent.delivered += part
        return True

    async def _halves(self, part: Sequence[Message], sent: Sent) -> bool:
        half = len(part) // 2
        if not await self._hand(part[:half], sent):
            sent.behind += part[half:]
            return False
        rest = sent.unblocked(part[half:])
        return not rest or await self._hand(rest, sent)

    def _settle(self, due: Sequence[Held], fresh: Sequence[Message], sent: Sent) -> int:
        """Returns how many times running the sink was away."""
        now, name = datetime.now(UTC), self.outlet.name
        state = self.store.outbox.sink(name)
        until, error = now + LEASE, sent.failed[0][1] if sent.failed else ""
        if sent.away:
            failures = state.failures + 1
            aside = failures % self.outlet.tries == 0  # so that what one customer's fills does not stop all for ever
            held = [Held(m, error=error) for m in fresh if self.outlet.wants(m.kind)] if aside else []
            position = fresh[-1].number if aside and fresh else state.position
            stuck = Progress(position, now, held=held, failures=failures, error=error, until=until)
            self.store.outbox.settle(name, self.owner, stuck)
            return failures
        tries = {held.message.number: held.tries for held in due}
        held = [self._again(message, tries.get(message.number, 0) + 1, why, now) for message, why in sent.failed]
        held += [Held(message) for message in sent.behind]
        position = fresh[-1].number if fresh else state.position
        done = Progress(position, now, [m.number for m in sent.delivered], held, error=error, until=until)
        self.store.outbox.settle(name, self.owner, done)
        return 0

    def _again(self, message: Message, tries: int, why: str, now: datetime) -> Held:
        wait = self._drawn(self.pace.first * 2 ** min(tries - 1, 20), self.pace.longest)
        return Held(message, tries, now + timedelta(seconds=wait), why, dead=tries >= self.outlet.tries)

    def _drawn(self, seconds: float, most: float) -> float:
        return min(seconds, most) * self._chance.uniform(0.5, 1.0)

    def _count(self, sent: Sent) -> None:
        for message in sent.delivered:
            self.meters.delivered.labels(self.outlet.name, message.kind).inc()
        self.meters.failures.labels(self.outlet.name).inc(len(sent.failed))


def _lanes(messages: Sequence[Message], most: int) -> list[list[Message]]:
    """One by one: a lane a key. In batches: all in one, in order."""
    if most > 1:
        return [list(messages)] if messages else []
    lanes: dict[str, list[Message]] = {}
    for message in messages:
        lanes.setdefault(message.key, []).append(message)
    return list(lanes.values())


def _silence(error: Exception) -> Unavailable:
    return error if isinstance(error, Unavailable) else Unavailable("no answer in time")


def _dead(owner: str) -> bool:
    """Whether a publisher was of this machine and is gone: its sink is not waited for."""
    host, _, process = owner.partition(":")
    number = process.partition(":")[0]
    if host != socket.gethostname() or not number.isdecimal() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
