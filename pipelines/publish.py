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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import uuid4

from nlp.errors import StoreError
from pipelines.messages import Message
from pipelines.outbox_meters import OutboxMeters
from pipelines.rounds import Round, Sender
from pipelines.sinkfile import Outlet
from pipelines.sinks._protocol import MessageSink, Unavailable
from pipelines.stores.protocols import Store
from pipelines.stores.protocols.outbox import Held, Progress

ROUND = 64
"""Messages of a round at most, where a sink takes them one by one: how many may come twice after a kill."""
LEASE = timedelta(seconds=30)
"""How long a publisher that says nothing keeps others from its sink."""
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
        self._sender = Sender(sink, self.stopping, self._chance)
        self._keep = keep
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
        return len(sent.delivered), sent.wait

    def _mine(self, now: datetime) -> bool:
        self._state = self.store.outbox.sink(self.outlet.name, counted=False)
        gone = [self._state.owner] if _dead(self._state.owner) else []
        return self.store.outbox.lease(self.outlet.name, self.owner, at=now, until=now + LEASE, over=gone)

    def _still_mine(self) -> None:
        now = datetime.now(UTC)
        self.store.outbox.lease(self.outlet.name, self.owner, at=now, until=now + LEASE)

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
                    await asyncio.to_thread(self._still_mine)

        task = asyncio.create_task(beat())
        try:
            yield
        finally:
            task.cancel()

    async def _send(self, due: Sequence[Held], fresh: Sequence[Message]) -> Round:
        """What is due; of the rest, what is wanted and waits behind nothing."""
        start, name = monotonic(), self.outlet.name
        wanted = [message for message in fresh if self.outlet.wants(message.kind)]
        blocked = await asyncio.to_thread(self.store.outbox.blocked, name, {m.key for m in wanted})
        free = [message for message in wanted if message.key not in blocked]
        sent = await self._sender.send([held.message for held in due], free)
        sent.behind += [message for message in wanted if message.key in blocked]
        if sent.delivered:
            self.meters.seconds.labels(name).observe(monotonic() - start)
        return sent

    def _settle(self, due: Sequence[Held], fresh: Sequence[Message], sent: Round) -> int:
        """Returns how many times running the sink was away."""
        now, state = datetime.now(UTC), self._state
        failures = state.failures + 1 if sent.away else 0
        aside = failures and failures % self.outlet.tries == 0  # so that one customer's do not stop all for ever
        held = self._held(due, sent, now) if not sent.away else []
        if aside:
            held = [Held(m) for m in fresh if self.outlet.wants(m.kind)]
        moves = fresh and (aside or not sent.away)
        progress = Progress(
            after=state.position,
            position=fresh[-1].number if moves else state.position,
            at=now,
            delivered=[m.number for m in sent.delivered],
            held=held,
            failures=failures,
            error=sent.failed[0].why if sent.failed else "",
            until=now + LEASE,
        )
        self.store.outbox.settle(self.outlet.name, self.owner, progress)
        return failures

    def _held(self, due: Sequence[Held], sent: Round, now: datetime) -> list[Held]:
        tries = {held.message.number: held.tries for held in due}
        held = [Held(message) for message in sent.behind]
        for failure in sent.failed:
            count = tries.get(failure.message.number, 0) + failure.counts
            wait = self._drawn(self.pace.first * 2 ** min(max(count - 1, 0), 20), self.pace.longest)
            dead = count >= self.outlet.tries
            again = now + timedelta(seconds=max(wait, sent.wait))
            held.append(Held(failure.message, count, again, failure.why, dead=dead))
        return held

    def _drawn(self, seconds: float, most: float) -> float:
        return min(seconds, most) * self._chance.uniform(0.5, 1.0)

    def _count(self, sent: Round) -> None:
        for message in sent.delivered:
            self.meters.delivered.labels(self.outlet.name, message.kind).inc()
        self.meters.failures.labels(self.outlet.name).inc(len(sent.failed))


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
