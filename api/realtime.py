"""What is asked now and answered now: the asks of all requests share the models' passes, and none waits too long."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from time import monotonic, time_ns
from typing import Any

from api.desk import Desk
from api.meters import Meters
from api.traces import waited
from nlp.errors import TooLate
from pipelines.analyze import Answer, Ask
from pipelines.batcher import LIGHT, Batcher
from pipelines.routing import Routed

WORKERS = 2
"""One does only what is short; more wait for one another's Python."""
TICK = 0.02
"""Seconds between two looks at whether the server's one loop keeps up."""
WEIGHT = 0.25
"""How much the newest look counts in how late the loop is."""
NAMED = 4
"""How much more a text costs whose names are masked."""


@dataclass(frozen=True, slots=True)
class Item:
    """`texts` that are to be routed, or an ask; `names`: people's names are masked, too. `begun` gets the moments, in
    nanoseconds since 1970, at which the models began with it: mostly one."""

    ask: Ask = Ask()  # noqa: RUF009
    routed: tuple[str, ...] = ()
    names: bool = False
    begun: list[int] = field(default_factory=list, compare=False)

    @property
    def characters(self) -> int:
        return sum(map(len, self.routed)) or self.ask.read * (NAMED if self.names else 1)


class RealTime:
    """`most`: seconds that an ask may wait before the models begin with it; `workers`: threads, 0 for two or fewer;
    `spans`: where it is traced how long asks wait and are worked on."""

    def __init__(self, desk: Desk, meters: Meters, *, most: float, workers: int = 0, spans: Any = None) -> None:
        self._desk, self._meters, self._most, self._spans = desk, meters, most, spans
        self._workers = workers or min(WORKERS, os.cpu_count() or 1)
        self._opening, self.lag = Lock(), 0.0
        meters.watch(queued=lambda: self.batcher.queued, lag=lambda: self.lag)

    @cached_property
    def batcher(self) -> Batcher[Item, Any]:
        """Its threads begin with the first ask."""
        return Batcher(self._run, workers=self._workers, most=self._most, told=self._meters.batch)

    async def answer(self, ask: Ask, *, until: float, names: bool = False) -> Answer:
        """Raises Overloaded, TooLate, and MissingDependency where `names` are to be masked and no model is installed.

        Many texts are read in parts, between which others come to be read.
        """
        parts = [Item(part, names=names) for part in _parts(ask)]
        answers: list[Answer] = await self._done(parts, until)
        if len(answers) == 1:
            return answers[0]
        return Answer([{**row, "id": str(n)} for n, row in enumerate((r for a in answers for r in a.rows), 1)])

    async def route(self, texts: Sequence[str], *, until: float) -> Routed:
        """Raises Overloaded, TooLate."""
        found: list[Routed] = await self._done([Item(routed=tuple(part)) for part in _slices(texts)], until)
        rows = [row for routed in found for row in routed.rows]
        return replace(found[0], rows=[{**row, "id": str(n)} for n, row in enumerate(rows, 1)])

    def late(self) -> bool:
        """Whether what comes now would wait too long: for the models, and before that for the server's loop.

        A loop that is late while a worker is free is late for another reason, which to refuse would not mend.
        """
        wait = self.batcher.wait()
        return wait > 0 and wait + self.lag > self._most

    async def watch(self) -> None:
        """Notes how late the server's loop is, until cancelled: what waits there is in nobody's queue."""
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + TICK
            await asyncio.sleep(TICK)
            self.lag += WEIGHT * (clock() - due - self.lag)

    def close(self) -> None:
        """Do what waits, and end."""
        if "batcher" in vars(self):
            self.batcher.close()

    async def _done(self, items: Sequence[Item], until: float) -> list[Any]:
        futures: list[Future[Any]] = []
        asked = time_ns()
        try:
            futures.extend(self.batcher.submit(item, item.characters, until=until) for item in items)
            async with asyncio.timeout(until - monotonic()):
                return [await asyncio.wrap_future(future) for future in futures]
        except TimeoutError as error:
            raise TooLate("it could not be done by the time at which the answer was wanted") from error
        finally:
            for future in futures:
                with suppress(Exception):
                    future.cancel()
            if self._spans and items[0].begun:
                waited(self._spans, asked, items[0].begun[0], time_ns())

    def _run(self, items: Sequence[Item]) -> list[Any]:
        """One result an item: a pass for those that are to be routed, and one for the others, names masked or not."""
        now = time_ns()
        for item in items:
            item.begun.append(now)
        results: list[Any] = [None] * len(items)
        kinds: dict[tuple[bool, bool], list[int]] = {}
        for place, item in enumerate(items):
            kinds.setdefault((bool(item.routed), item.names), []).append(place)
        for (routed, names), places in kinds.items():
            if routed:
                found: Sequence[Any] = self._desk.router().routed([items[place].routed for place in places])
            else:
                found = self._desk.analyst(names=names).answers([items[place].ask for place in places])
            for place, result in zip(places, found, strict=True):
                results[place] = result
        return results


def _parts(ask: Ask) -> Iterator[Ask]:
    """A conversation is one part."""
    if ask.before is not None:
        yield ask
        return
    for part in _slices(ask.texts):
        yield replace(ask, texts=tuple(part))


def _slices(texts: Sequence[str]) -> Iterator[list[str]]:
    """Of about as much as is still light; one long text is one."""
    part: list[str] = []
    for text in texts:
        if part and sum(map(len, part)) + len(text) > LIGHT:
            yield part
            part = []
        part.append(text)
    yield part
