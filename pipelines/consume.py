"""A stream of messages into the store: acknowledged after the commit, or a dead letter with its reason."""

import asyncio
import base64
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, time

from nlp.conversation import Conversation
from nlp.errors import BadSetting, FrictionaryError, StoreError, UnknownName
from pipelines import brokers
from pipelines.brokers import Feed, Line
from pipelines.intake import FORMATS, Intake, decode
from pipelines.letters import shown
from pipelines.meters import Meters
from pipelines.sources import DeadRecord, Options

CONNECT = 30.0
"""Seconds that a broker has to answer at the start; later it may be away as long as it likes."""
ASKED = 5.0
"""Seconds that a broker has to say what waits."""
LONGEST = 900_000
"""Bytes of a dead letter; NATS by default carries no more than a megabyte."""
PATIENCE = 30.0
"""Seconds at most between two tries of a batch that the store refused."""
SETTLED, OFTEN = 5.0, 600.0
"""Settling looks at all of a store: after so many quiet seconds, or so many seconds after the last time."""
TOLD = 15.0
"""Seconds between two times that the run log is told how far it is."""
OUTCOMES = ("added", "changed", "same", "old", "withheld")
Tell = Callable[[Mapping[str, int]], None]
log = logging.getLogger("frictionary.stream")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a message is read: the format of its records, and what the reader is told. Raises UnknownName for a format
    whose records are not whole conversations."""

    options: Options
    format: str = "threads"

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise UnknownName.of("format of a message", self.format, FORMATS)


class Consumer:
    """Takes batches of messages into a store, one at a time. `failed` is what nothing but a person can mend.

    `tell` is told now and then, in a thread, what was counted so far and what waits at the broker ("lag").
    """

    def __init__(
        self, intake: Intake, reading: Reading, *, meters: Meters | None = None, tell: Tell | None = None
    ) -> None:
        self.intake, self.reading, self.meters = intake, reading, meters or Meters()
        self._tell, self._told = tell, monotonic() - TOLD
        self.counts: Counter[str] = Counter()
        self.stopping = asyncio.Event()
        self.failed: FrictionaryError | None = None
        self._turn = asyncio.Lock()
        self._busy_until, self._settled = monotonic(), monotonic()
        self._fresh = True  # what was killed may have left something unsettled

    async def run(
        self, feed: Feed, *, until_idle: float | None = None, ready: Callable[[], None] = lambda: None
    ) -> Counter[str]:
        """Take what comes until `stopping` is set, or nothing waits and nothing has come for `until_idle` seconds; then
        let the batch in hand end, and return what was counted. `ready` is called when the broker has answered.

        Raises BadSetting where the broker cannot be reached at the start, and the error that made it stop.
        """
        line = brokers.line(feed, self._handler(feed))
        self._line = line
        try:
            await asyncio.wait_for(line.start(), CONNECT)
        except FrictionaryError:
            raise
        except Exception as error:  # each broker's library has errors of its own
            reason = str(error) or type(error).__name__
            raise BadSetting(f"{brokers.shown(feed.url)} cannot be reached: {reason}") from error
        ready()
        self._busy_until = monotonic()
        try:
            while not self.stopping.is_set():
                lag = await self._look_around(line)
                if until_idle is not None and not lag and self._idle() >= until_idle:
                    break
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), min(1.0, until_idle or 1.0))
        finally:
            self.stopping.set()
            await line.stop()
        if self.failed:
            raise self.failed
        await self._settle()
        return self.counts

    def _idle(self) -> float:
        return 0.0 if self._turn.locked() else monotonic() - self._busy_until

    async def _look_around(self, line: Line) -> int | None:
        """Returns the lag; None where it is not known."""
        if self._idle() >= SETTLED or monotonic() - self._settled >= OFTEN:
            await self._settle()
        try:
            lag = await asyncio.wait_for(line.lag(), ASKED)
        except Exception as error:  # the broker is away; the line waits for it
            log.warning("the broker does not say what waits: %s", type(error).__name__)
            self._busy_until = monotonic()
            return None
        if lag is not None:
            self.meters.lag.set(lag)
        if self._tell and monotonic() - self._told >= TOLD:
            self._told = monotonic()
            with suppress(StoreError):  # the next time is soon
                await asyncio.to_thread(self._tell, {**self.counts, "lag": lag or 0})
        return lag

    async def _settle(self) -> None:
        if not self._fresh:
            return
        async with self._turn:
            try:
                await asyncio.to_thread(self.intake.settle)
            except StoreError as error:
                log.warning("settling waits for the store: %s", error)
            else:
                self._fresh = False
            self._settled = monotonic()

    def _handler(self, feed: Feed) -> brokers.Handle:
        async def handle(bodies: Sequence[bytes]) -> None:
            async with self._turn:
                start = monotonic()
                self.meters.in_hand.set(len(bodies))
                try:
                    for letter in await self._patiently(bodies):
                        await self._line.publish(feed.dead, _encoded({"subject": feed.subject, **letter}))
                        self._count("dead", 1)
                except Exception as error:  # what is raised is logged, and might quote what a customer wrote
                    with suppress(TimeoutError):  # what comes again at once must not come in a whirl
                        await asyncio.wait_for(self.stopping.wait(), 1)
                    raise RuntimeError(f"not taken, to come again: {type(error).__name__}") from None
                finally:
                    self.meters.in_hand.set(0)
                    self._busy_until = monotonic()
                self._count("messages", len(bodies))
                self.meters.seconds.observe(monotonic() - start)
                self.meters.committed.set(time())

        return handle

    async def _patiently(self, bodies: Sequence[bytes]) -> list[dict[str, object]]:
        """A store that is away is waited for: the messages lie safely with the broker, which sends no more."""
        delay = 1.0
        while True:
            try:
                return await asyncio.to_thread(self.take, bodies)
            except StoreError as error:
                if self.stopping.is_set():
                    raise
                log.warning("a batch waits for the store: %s", error)
                self.meters.retries.inc()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), delay)
                delay = min(2 * delay, PATIENCE)
            except FrictionaryError as error:
                self.failed = error
                self.stopping.set()
                raise

    def take(self, bodies: Sequence[bytes]) -> list[dict[str, object]]:
        """Everything in these messages that can be read into the store; returns a dead letter for what cannot.

        Raises StoreError, and what only other settings or models would mend.
        """
        letters: list[dict[str, object]] = []
        talks: list[tuple[Conversation, bytes]] = []
        for body in bodies:
            for found in decode(body, self.reading.options, format=self.reading.format):
                if isinstance(found, DeadRecord):
                    letters.append(_letter(found, body))
                else:
                    talks.append((found, body))
        return letters + self._taken(talks)

    def _taken(self, talks: Sequence[tuple[Conversation, bytes]]) -> list[dict[str, object]]:
        """What brings the path down is found by halves, so that it costs nobody else's conversation."""
        if not talks:
            return []
        try:
            done = self.intake.take([talk for talk, _ in talks])
        except FrictionaryError:
            raise
        except Exception as error:
            if len(talks) == 1:
                why = f"it could not be processed ({type(error).__name__})"
                log.error("a conversation is a dead letter: %s", why)
                return [_letter(DeadRecord(why), talks[0][1])]
            half = len(talks) // 2
            return self._taken(talks[:half]) + self._taken(talks[half:])
        for what in (*OUTCOMES, "annotated", "placed"):
            self._count(what, getattr(done, what))
        self._fresh = self._fresh or done.added + done.changed + done.placed + done.claims > 0
        return []

    def _count(self, what: str, number: int) -> None:
        self.counts[what] += number
        if what in OUTCOMES:
            self.meters.conversations.labels(what).inc(number)
        elif what in ("messages", "dead"):
            (self.meters.messages if what == "messages" else self.meters.dead).inc(number)


def _letter(bad: DeadRecord, body: bytes) -> dict[str, object]:
    """Why, where in the message, the start of the value masked, and the message as it came: it goes back to the broker
    that it came from, so that it can be mended and sent again."""
    letter: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "record": bad.record,
        "field": bad.field,
        "reason": bad.reason,
        "value": shown(bad.value),
    }
    try:
        return letter | {"body": body.decode()}
    except UnicodeDecodeError:
        return letter | {"body": None, "base64": base64.b64encode(body).decode()}


def _encoded(letter: dict[str, object]) -> bytes:
    """As JSON; without its message where it would be longer than a broker takes."""
    told = json.dumps(letter, ensure_ascii=False).encode("utf-8", "replace")
    if len(told) <= LONGEST:
        return told
    log.warning("a dead letter goes without its message: with it, it has %s bytes", f"{len(told):,}")
    return json.dumps({name: value for name, value in letter.items() if name != "base64"} | {"body": None}).encode()
