"""A publisher sends at least once, in order for each key; what fails waits, dies, is replayed, stops nobody else."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nlp.errors import StoreError
from pipelines.messages import Message, PrivacyForgotten, message
from pipelines.outbox_meters import OutboxMeters
from pipelines.publish import Pace, Publisher
from pipelines.sinkfile import Outlet
from pipelines.sinks._protocol import Refused, Unavailable
from pipelines.stores.database import Database
from pipelines.stores.outbox import announce
from pipelines.stores.sql import SqlStore

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FAST = Pace(poll=0.01, first=0.01, longest=0.05, away=0.05)


@dataclass
class Receiver:
    """A sink that keeps what it is sent, and fails as it is told to."""

    most: int = 1
    together: int = 4
    linger: float = 0.0
    refuses: Callable[[Message], bool] = lambda m: False
    silent: Callable[[Message], bool] = lambda m: False
    seen: list[Message] = field(default_factory=list)
    tried: Counter[str] = field(default_factory=Counter)
    batches: list[int] = field(default_factory=list)

    async def start(self) -> None:
        """Nothing to do."""

    async def send(self, messages: Sequence[Message]) -> None:
        await asyncio.sleep(0)
        self.tried.update(m.subject for m in messages)
        if any(map(self.silent, messages)):
            raise Unavailable("nobody answers")
        if any(map(self.refuses, messages)):
            raise Refused("answered 422 Unprocessable Content")
        self.seen += messages
        self.batches.append(len(messages))

    async def stop(self) -> None:
        """Nothing to do."""

    @property
    def subjects(self) -> list[str]:
        return [m.subject for m in self.seen]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with SqlStore.open(f"sqlite:///{tmp_path}/store.db") as opened:
        opened.outbox.subscribe("crm", AT)
        yield opened


def put(store: SqlStore, *pairs: tuple[str, str], at: datetime = AT) -> None:
    """(customer, subject) each."""
    database = Database(store.url)
    data = PrivacyForgotten(("c",), ())
    with database.write() as connection:
        told = [message("privacy.forgotten", data, subject=subject, customer=who, at=at) for who, subject in pairs]
        announce(database, connection, told)
    database.engine.dispose()


def publisher(store: SqlStore, sink: Receiver, **options: object) -> Publisher:
    outlet = Outlet("crm", "webhook", None, **options)
    return Publisher(store, outlet, sink, pace=FAST, seed=1)


def once(store: SqlStore, sink: Receiver, **options: object) -> int:
    return asyncio.run(publisher(store, sink, **options).run(follow=False))


def follow(store: SqlStore, sink: Receiver, until: Callable[[], bool], **options: object) -> Publisher:
    """Runs until it is told that this is so."""
    own = publisher(store, sink, **options)

    async def watched() -> None:
        task = asyncio.create_task(own.run())
        async with asyncio.timeout(20):
            while not until():
                if task.done():
                    break
                await asyncio.sleep(0.01)
        own.stopping.set()
        await task

    asyncio.run(watched())
    return own


def test_all_is_sent_once_and_in_order_for_each_customer(store: SqlStore) -> None:
    pairs = [(f"c{n % 7}", f"{n}") for n in range(200)]
    put(store, *pairs)
    sink = Receiver()
    assert once(store, sink) == 200
    assert once(store, sink) == 0
    assert len(set(sink.subjects)) == 200
    for customer in {who for who, _ in pairs}:
        own = [m.number for m in sink.seen if m.customer == customer]
        assert own == sorted(own)
    state = store.outbox.sink("crm")
    assert (state.waiting, state.dead, state.delivered, state.owner) == (0, 0, 200, "")


def test_a_sink_is_told_the_kinds_that_it_asks_for(store: SqlStore) -> None:
    put(store, ("a", "1"))
    assert once(store, Receiver(), kinds=("theme.*",)) == 0
    assert store.outbox.sink("crm").waiting == 0


def test_what_is_refused_is_tried_again_then_dead_and_the_others_go_on(store: SqlStore) -> None:
    put(store, ("a", "bad"), ("a", "after"), ("b", "1"), ("b", "2"))
    sink = Receiver(refuses=lambda m: m.subject == "bad")
    follow(store, sink, lambda: "after" in sink.subjects, tries=3)
    assert sink.subjects.index("1") < sink.subjects.index("2") < sink.subjects.index("after")
    assert sink.tried["bad"] == 3
    (dead,) = store.outbox.dead("crm")
    assert (dead.message.subject, dead.tries) == ("bad", 3)
    assert "422" in dead.error
    assert store.outbox.replay("crm", at=datetime.now(UTC)) == 1
    sink.refuses = lambda m: False
    assert once(store, sink) == 1
    assert sink.subjects[-1] == "bad"


def test_a_sink_that_is_away_is_waited_for_and_nothing_dies(store: SqlStore) -> None:
    put(store, *((f"c{n}", f"{n}") for n in range(30)))
    sink = Receiver(silent=lambda m: True)
    follow(store, sink, lambda: store.outbox.sink("crm").failures >= 8, tries=3)
    state = store.outbox.sink("crm")
    assert (state.waiting, state.dead, state.delivered) == (30, 0, 0)
    assert state.error == "nobody answers"
    assert max(sink.tried.values()) < 30
    sink.silent = lambda m: False
    follow(store, sink, lambda: len(sink.seen) == 30, tries=3)
    assert sorted(sink.subjects) == sorted(f"{n}" for n in range(30))
    assert store.outbox.sink("crm").failures == 0


def test_one_that_is_never_answered_dies_though_nothing_says_that_it_is_at_fault(store: SqlStore) -> None:
    put(store, ("a", "poison"), ("a", "after"), *((f"c{n}", f"{n}") for n in range(5)))
    sink = Receiver(silent=lambda m: m.subject == "poison")
    count = iter(range(10_000))

    def until() -> bool:
        put(store, ("other", f"more {next(count)}"))  # others get through, so the sink is not away
        return "after" in sink.subjects

    follow(store, sink, until, tries=3)
    assert [held.message.subject for held in store.outbox.dead("crm")] == ["poison"]


def test_a_sink_that_is_busy_is_given_time_and_nothing_dies(store: SqlStore) -> None:
    def busy(found: Message) -> bool:
        if found.customer == "a" and sink.tried[found.subject] <= 5:
            raise Unavailable("answered 429 Too Many Requests", wait=0.01)
        return False

    put(store, ("a", "1"), ("a", "2"), *((f"c{n}", f"other {n}") for n in range(5)))
    sink = Receiver(silent=busy)
    follow(store, sink, lambda: len(sink.seen) == 7, tries=2)
    assert [s for s in sink.subjects if s in ("1", "2")] == ["1", "2"]
    assert store.outbox.dead("crm") == []


def test_one_customer_of_whom_nothing_is_answered_does_not_stop_the_others(store: SqlStore) -> None:
    put(store, *(("a", f"poison {n}") for n in range(70)), ("b", "1"))
    sink = Receiver(silent=lambda m: m.customer == "a")
    follow(store, sink, lambda: "1" in sink.subjects, tries=2)
    assert sink.subjects == ["1"]


def test_a_batch_holds_many_in_order_and_the_one_that_is_refused_is_found(store: SqlStore) -> None:
    put(store, *((f"c{n % 3}", f"{n}") for n in range(50)))
    sink = Receiver(most=20, refuses=lambda m: m.subject == "13")
    follow(store, sink, lambda: len(sink.seen) == 49, tries=2)
    assert max(sink.batches) == 14  # of 20, six wait behind the one
    own = [m.number for m in sink.seen if m.customer == "c1"]
    assert own == sorted(own)
    assert len(own) == len({m.id for m in sink.seen if m.customer == "c1"}) == 16
    assert [m.number for m in sink.seen if m.customer == "c2"][:5] == [3, 6, 9, 12, 15]
    assert [held.message.subject for held in store.outbox.dead("crm")] == ["13"]


def test_a_batch_waits_to_be_full_for_so_long(store: SqlStore) -> None:
    put(store, ("a", "1"), at=datetime.now(UTC) + timedelta(hours=1))
    sink = Receiver(most=10, linger=60.0)
    task = publisher(store, sink)

    async def shortly() -> None:
        running = asyncio.create_task(task.run())
        await asyncio.sleep(0.3)
        task.stopping.set()
        await running

    asyncio.run(shortly())
    assert sink.seen == []
    put(store, *(("a", f"{n}") for n in range(2, 11)))
    follow(store, sink, lambda: len(sink.seen) == 10)
    assert sink.batches == [10]


def test_a_fault_of_ours_in_one_message_costs_no_other(store: SqlStore) -> None:
    def fault(found: Message) -> bool:
        if found.subject == "bad":
            raise ZeroDivisionError
        return False

    put(store, ("a", "bad"), ("b", "1"))
    sink = Receiver(refuses=fault)
    follow(store, sink, lambda: bool(store.outbox.dead("crm")), tries=2)
    assert sink.subjects == ["1"]
    assert "ZeroDivisionError" in store.outbox.dead("crm")[0].error


def test_another_publisher_serves_a_sink_only_when_the_first_is_gone(store: SqlStore) -> None:
    put(store, ("a", "1"))
    now = datetime.now(UTC)
    assert store.outbox.lease("crm", "elsewhere:1:x", at=now, until=now + timedelta(minutes=1))
    with pytest.raises(StoreError, match="another publisher"):
        once(store, Receiver())
    store.outbox.release("crm", "elsewhere:1:x")
    assert once(store, Receiver()) == 1


def test_the_sink_of_a_killed_publisher_of_this_machine_is_taken_at_once(store: SqlStore) -> None:
    import socket
    import subprocess

    process = subprocess.Popen(["true"])
    process.wait()
    now = datetime.now(UTC)
    owner = f"{socket.gethostname()}:{process.pid}:x"
    assert store.outbox.lease("crm", owner, at=now, until=now + timedelta(minutes=1))
    put(store, ("a", "1"))
    assert once(store, Receiver()) == 1


def test_a_stop_lets_the_round_in_hand_end_and_nothing_comes_twice(store: SqlStore) -> None:
    put(store, *((f"c{n % 4}", f"{n}") for n in range(300)))
    sink = Receiver()
    follow(store, sink, lambda: len(sink.seen) > 50)
    first = len(sink.seen)
    assert first < 300 or store.outbox.sink("crm").waiting == 0
    once(store, sink)
    assert len(sink.seen) == len(set(sink.subjects)) == 300
    for customer in ("c0", "c1", "c2", "c3"):
        own = [m.number for m in sink.seen if m.customer == customer]
        assert own == sorted(own)


def test_everything_since_a_moment_is_sent_again_in_order(store: SqlStore) -> None:
    put(store, ("a", "1"))
    put(store, ("a", "2"), ("b", "3"), at=AT + timedelta(hours=1))
    sink = Receiver(together=1)
    once(store, sink)
    assert store.outbox.replay("crm", since=AT + timedelta(hours=1), at=AT) == 2
    assert once(store, sink) == 2
    assert sorted(sink.subjects) == ["1", "2", "2", "3", "3"]


def test_lag_and_dead_letters_are_measured(store: SqlStore) -> None:
    meters = OutboxMeters()
    put(store, ("a", "1"), ("a", "2"))
    meters.see(store.outbox.sink("crm"))
    value = meters.registry.get_sample_value
    assert value("frictionary_publish_lag", {"sink": "crm"}) == 2
    assert value("frictionary_publish_lag_seconds", {"sink": "crm"}) > 3600
    own = Publisher(store, Outlet("crm", "webhook", None), Receiver(), pace=FAST, meters=meters)
    asyncio.run(own.run(follow=False))
    sent = {"sink": "crm", "type": "privacy.forgotten"}
    assert value("frictionary_publish_delivered_total", sent) == 2
