"""What comes while workers are busy is done together; what would wait too long is refused at once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from time import monotonic, sleep

import pytest

from nlp.errors import BadInput, Overloaded, TooLate
from pipelines.batcher import LIGHT, Batch, Batcher

LATER = 30.0


def soon() -> float:
    return monotonic() + LATER


class Shop:
    """A worker that waits for `go` before each batch, and notes its batches."""

    def __init__(self) -> None:
        self.go, self.busy = Event(), Event()
        self.batches: list[list[int]] = []

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.busy.set()
        assert self.go.wait(LATER)
        if -1 in items:
            raise BadInput("no such thing")
        return [item * 2 for item in items]


@contextmanager
def open_batcher(
    shop: Shop, *, workers: int = 1, most: float = LATER, told: Callable[[Batch], None] = lambda batch: None
) -> Iterator[Batcher[int, int]]:
    batcher = Batcher(shop, workers=workers, most=most, told=told)
    try:
        yield batcher
    finally:
        shop.go.set()
        batcher.close()


def test_what_comes_while_the_worker_is_busy_is_one_batch() -> None:
    shop, told = Shop(), []
    with open_batcher(shop, told=told.append) as batcher:
        first = batcher.submit(1, 10, until=soon())
        assert shop.busy.wait(LATER)
        rest = [batcher.submit(n, 10, until=soon()) for n in range(2, 6)]
        assert batcher.queued == 4
        shop.go.set()
        assert [first.result(LATER), *(one.result(LATER) for one in rest)] == [2, 4, 6, 8, 10]
    assert shop.batches == [[1], [2, 3, 4, 5]]
    assert [batch.items for batch in told] == [1, 4]


def test_a_batch_is_full_at_some_characters() -> None:
    shop = Shop()
    with open_batcher(shop) as batcher:
        first = batcher.submit(1, 10, until=soon())
        assert shop.busy.wait(LATER)
        rest = [batcher.submit(n, 600, until=soon()) for n in range(2, 6)]
        shop.go.set()
        assert [one.result(LATER) for one in [first, *rest]] == [2, 4, 6, 8, 10]
    assert shop.batches == [[1], [2, 3], [4, 5]]


def test_one_that_fails_fails_alone() -> None:
    shop = Shop()
    with open_batcher(shop) as batcher:
        batcher.submit(0, 10, until=soon())
        assert shop.busy.wait(LATER)
        good, bad = batcher.submit(3, 10, until=soon()), batcher.submit(-1, 10, until=soon())
        shop.go.set()
        assert good.result(LATER) == 6
        with pytest.raises(BadInput):
            bad.result(LATER)


def test_what_would_wait_too_long_is_refused_and_says_when_to_come_again() -> None:
    shop = Shop()
    with open_batcher(shop, most=0.05) as batcher:
        batcher.submit(0, 500, until=soon())
        assert shop.busy.wait(LATER)  # of what is in hand, half counts
        taken = 1
        while not batcher.late():
            batcher.submit(taken, 500, until=soon())
            taken += 1
        assert 1 < taken < 20
        with pytest.raises(Overloaded, match="try again in 1 s"):
            batcher.submit(0, 500, until=soon())
        shop.go.set()
    assert sum(map(len, shop.batches)) == taken


def test_a_light_ask_is_not_kept_by_heavy_ones() -> None:
    shop = Shop()
    with open_batcher(shop, workers=2, most=0.01) as batcher:
        heavy = [batcher.submit(n, 10 * LIGHT, until=soon()) for n in range(3)]
        assert shop.busy.wait(LATER)
        assert batcher.wait() == 0
        light = batcher.submit(7, 10, until=soon())
        shop.go.set()
        assert light.result(LATER) == 14
        assert [one.result(LATER) for one in heavy] == [0, 2, 4]
    assert all(len(batch) == 1 for batch in shop.batches)


def test_what_is_light_is_done_by_two_at_once() -> None:
    shop = Shop()
    with open_batcher(shop, workers=2) as batcher:
        futures = [batcher.submit(0, 10, until=soon())]
        assert shop.busy.wait(LATER)
        futures.append(batcher.submit(1, 10, until=soon()))
        begun = monotonic()
        while len(shop.batches) < 2 and monotonic() < begun + LATER:
            sleep(0.001)
        assert shop.batches == [[0], [1]]  # neither has ended
        shop.go.set()
        assert [one.result(LATER) for one in futures] == [0, 2]


def test_who_is_at_something_heavy_makes_nothing_light_wait() -> None:
    shop = Shop()
    with open_batcher(shop, workers=2) as batcher:
        heavy = batcher.submit(1, 1_000 * LIGHT, until=soon() + 1_000)
        assert shop.busy.wait(LATER)
        light = batcher.submit(2, 10, until=soon())
        waiting = batcher.submit(3, 10, until=soon())
        assert 0 < batcher.wait() < 0.01
        shop.go.set()
        assert [one.result(LATER) for one in (heavy, light, waiting)] == [2, 4, 6]


def test_heavy_and_light_take_turns_where_there_is_one_worker() -> None:
    shop = Shop()
    with open_batcher(shop) as batcher:
        futures = [batcher.submit(0, 10, until=soon())]
        assert shop.busy.wait(LATER)
        futures += [batcher.submit(n, 10 * LIGHT, until=soon()) for n in (1, 2)]
        futures += [batcher.submit(n, 10, until=soon()) for n in (3, 4)]
        shop.go.set()
        assert [one.result(LATER) for one in futures] == [0, 2, 4, 6, 8]
    assert shop.batches == [[0], [1], [3, 4], [2]]


def test_what_nobody_waits_for_any_more_is_not_done() -> None:
    shop = Shop()
    with open_batcher(shop) as batcher:
        batcher.submit(1, 10, until=soon())
        assert shop.busy.wait(LATER)
        gone = batcher.submit(2, 10, until=soon())
        late = batcher.submit(3, 10, until=monotonic() + 0.05)
        assert gone.cancel()
        sleep(0.06)
        shop.go.set()
        with pytest.raises(TooLate):
            late.result(LATER)
    assert shop.batches == [[1]]


def test_what_cannot_be_done_in_its_time_is_told_at_once() -> None:
    shop = Shop()
    with open_batcher(shop) as batcher, pytest.raises(TooLate, match="this takes about"):
        batcher.submit(1, 10_000_000, until=monotonic() + 1)


def test_closing_does_what_waits_and_takes_nothing_more() -> None:
    shop = Shop()
    batcher = Batcher(shop, workers=2, most=LATER)
    futures = [batcher.submit(n, 10, until=soon()) for n in range(5)]
    shop.go.set()
    batcher.close()
    assert [one.result(0) for one in futures] == [0, 2, 4, 6, 8]
    with pytest.raises(Overloaded):
        batcher.submit(1, 10, until=soon())
