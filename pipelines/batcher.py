"""Work of many askers at once, done together: what comes while the models are busy is their next batch.

Nobody waits for a batch to fill: an ask that finds a worker free is begun at once. Under load batches grow by
themselves, and what would wait too long is refused when it comes, not when it is late.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

from nlp.errors import Overloaded, TooLate

T = TypeVar("T")
R = TypeVar("R")
CALL = 60
"""What an ask costs beside its characters, in characters."""
LIGHT = 2_000
"""An ask of more characters is heavy, and has workers of its own: light ones are not kept by it."""
TOGETHER = 1_000
"""Characters from which on a batch is full: those in it wait for one another."""
GUESS = 2e-5
"""Seconds a character, before any was measured."""
WEIGHT = 0.1
"""How much the newest batch counts in the pace."""
JUMP = 4
"""How many times the pace a batch may count at most: one that loads a model first is no measure."""
LONGEST = 60.0
"""Seconds that something heavy may wait before it is begun."""


@dataclass
class Piece(Generic[T, R]):
    """An item that waits: what it costs, in characters, and the moment (monotonic seconds) after which nobody asks."""

    item: T
    cost: int
    until: float
    at: float = field(default_factory=monotonic)
    future: "Future[R]" = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a worker has done: items, seconds that the first of them waited, and seconds of work."""

    items: int
    waited: float
    seconds: float


class Batcher(Generic[T, R]):
    """Runs `run` over batches in `workers` threads; `run` gives one result an item, in order.

    All workers do what is light; the last does nothing else, so that it never waits for something heavy. The others do
    both by turns, and so does one alone.
    `most`: seconds that something may wait before it is begun; what would wait longer is refused. `told` is called
    with each batch after it. An item whose batch fails is tried by itself, so that no other one fails with it.
    """

    def __init__(
        self,
        run: Callable[[Sequence[T]], Sequence[R]],
        *,
        workers: int,
        most: float,
        told: Callable[[Batch], None] = lambda batch: None,
    ) -> None:
        self._run, self._most, self._told = run, most, told
        self._waiting = {False: deque[Piece[T, R]](), True: deque[Piece[T, R]]()}  # by whether they are heavy
        self._queued = {False: 0, True: 0}
        self._closed, self._pace = False, GUESS
        self._lock = lock = Lock()
        # each waits for itself: one is woken for one piece, and nobody for what another does
        self._come, self._idle = [Condition(lock) for _ in range(workers)], set[int]()
        # the cost in each worker's hands, and whether that is something heavy
        self._working, self._heavy = [0] * workers, [False] * workers
        # whether each worker takes what is heavy, what is light
        self._lanes: Sequence[tuple[bool, ...]] = [(True, False)] * (workers - 1) + [(False,)]
        if workers == 1:
            self._lanes = [(True, False)]
        self._threads = [
            Thread(target=self._work, args=(n,), name=f"models {n + 1}", daemon=True) for n in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, item: T, characters: int, *, until: float) -> "Future[R]":
        """The result to come. Raises Overloaded where it would wait too long, TooLate where it cannot be done `until`
        then (monotonic seconds); its result raises TooLate where it was not begun until then."""
        cost = CALL + characters
        with self._lock:
            wait = self._wait(heavy := cost > LIGHT)
            left = until - monotonic()
            if self._closed or wait > (min(left, LONGEST) if heavy else self._most):
                after = max(1, round(wait + 0.5))
                raise Overloaded(f"the server has more to do than it can: try again in {after} s", after)
            if wait + (needs := cost * self._pace) > left:
                raise TooLate(f"this takes about {needs:.1f} s, but the answer is wanted in {max(left, 0):.1f} s")
            piece: Piece[T, R] = Piece(item, cost, until)
            self._waiting[heavy].append(piece)
            self._queued[heavy] += cost
            self._wake(heavy)
        return piece.future

    def wait(self) -> float:
        """Seconds until something light that comes now would be begun, about; 0 where a worker is free."""
        with self._lock:
            return self._wait(heavy=False)

    def late(self) -> bool:
        """Whether something light that comes now would be refused."""
        return self.wait() > self._most

    @property
    def queued(self) -> int:
        """Items that wait."""
        return sum(map(len, self._waiting.values()))

    def close(self) -> None:
        """Take nothing more, do what waits, and end."""
        with self._lock:
            self._closed = True
            for come in self._come:
                come.notify()
        for thread in self._threads:
            thread.join()

    def _wake(self, heavy: bool) -> None:
        """Of those who are idle and do such work the last: what is light is left to who does nothing else."""
        able = [place for place in self._idle if heavy in self._lanes[place]]
        if able:
            self._idle.remove(place := max(able))
            self._come[place].notify()

    def _wait(self, heavy: bool) -> float:
        """The work before it, shared by those who do such work; a worker that is free begins at once.

        Who is at something heavy is not counted on for what is light, where there is another.
        """
        able = [n for n, lane in enumerate(self._lanes) if heavy in lane]
        able = [n for n in able if heavy or not self._heavy[n]] or able
        hands = [self._working[n] for n in able]
        if 0 in hands and not self._queued[heavy]:
            return 0.0
        ahead = self._queued[heavy] + sum(hands) / 2  # half of what is in hand is done, on average
        return ahead * self._pace / len(hands)

    def _work(self, place: int) -> None:
        kinds = self._lanes[place]
        while batch := self._next(place, kinds):
            if len(kinds) > 1:  # by turns, where both wait
                kinds = (not self._heavy[place], self._heavy[place])
            began = monotonic()
            self._do(batch)
            seconds = monotonic() - began
            with self._lock:
                measured = min(seconds / self._working[place], JUMP * self._pace)
                self._pace += WEIGHT * (measured - self._pace)
                self._working[place], self._heavy[place] = 0, False
            self._told(Batch(len(batch), began - batch[0].at, seconds))

    def _next(self, place: int, kinds: Sequence[bool]) -> list[Piece[T, R]]:
        """A worker's next batch, once there is one; empty when all is done and nothing more is taken."""
        with self._lock:
            while not (batch := self._take(kinds)):
                if self._closed:
                    return []
                self._idle.add(place)
                self._come[place].wait()
                self._idle.discard(place)
            self._working[place] = sum(piece.cost for piece in batch)
            self._heavy[place] = batch[0].cost > LIGHT
            return batch

    def _take(self, kinds: Sequence[bool]) -> list[Piece[T, R]]:
        """The next batch: one heavy item, or light ones up to TOGETHER; those that nobody waits for are dropped."""
        for heavy in kinds:
            batch: list[Piece[T, R]] = []
            cost, waiting = 0, self._waiting[heavy]
            while waiting and (not batch or (not heavy and cost < TOGETHER)):
                piece = waiting.popleft()
                self._queued[heavy] -= piece.cost
                if not piece.future.set_running_or_notify_cancel():
                    continue
                if piece.until < monotonic():
                    piece.future.set_exception(TooLate("it was not begun before its answer was wanted"))
                    continue
                batch.append(piece)
                cost += piece.cost
            if batch:
                return batch
        return []

    def _do(self, batch: Sequence[Piece[T, R]]) -> None:
        try:
            results = self._run([piece.item for piece in batch])
        except Exception as error:
            if len(batch) == 1:
                batch[0].future.set_exception(error)
                return
            for piece in batch:
                self._do([piece])
            return
        for piece, result in zip(batch, results, strict=True):
            piece.future.set_result(result)
