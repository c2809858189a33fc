"""How far the store is behind: what waits to be annotated, what sinks have not taken, what streams have not brought."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from nlp.errors import StoreError
from pipelines.runlog import alive
from pipelines.stores.protocols import Store

RUNS = 100
"""Of those that go on, the newest that are looked at."""


class Figure(NamedTuple):
    """`label` and `of`: which one of several it is told of; "" of the store as a whole."""

    name: str
    value: float
    label: str = ""
    of: str = ""


def behind(store: Store, model: str, *, now: datetime | None = None) -> list[Figure]:
    """`model`: by which conversations should be annotated. `store_up` 0, and nothing else, where the store is away."""
    now = now or datetime.now(UTC)
    try:
        waiting = Figure("conversations_waiting", store.conversations.waiting(model))
        return [Figure("store_up", 1), waiting, *_sinks(store, now), *_streams(store, now)]
    except StoreError:
        return [Figure("store_up", 0)]


def _sinks(store: Store, now: datetime) -> Iterator[Figure]:
    sinks = store.outbox.sinks()
    yield Figure("outbox_waiting", max((sink.waiting for sink in sinks), default=0))
    yield Figure("outbox_dead", sum(sink.dead for sink in sinks))
    for sink in sinks:
        age = max((now - sink.oldest).total_seconds(), 0.0) if sink.oldest else 0.0
        told = {"waiting": sink.waiting, "lag_seconds": age, "dead": sink.dead, "failures": sink.failures}
        yield from (Figure(f"sink_{name}", value, "sink", sink.name) for name, value in told.items())


def _streams(store: Store, now: datetime) -> Iterator[Figure]:
    """Of workers elsewhere, as they tell the run log; those that share a stream are told together."""
    lag, dead = dict[str, int](), dict[str, int]()
    for run in store.runs.page(limit=RUNS, status="running"):
        if not alive(run.worker, run.beat_at, now):
            continue
        for drawn in store.runs.inputs(run.id):
            if "lag" in drawn.counts:
                lag[drawn.name] = max(lag.get(drawn.name, 0), drawn.counts["lag"])
                dead[drawn.name] = dead.get(drawn.name, 0) + drawn.counts.get("dead", 0)
    for name, waiting in lag.items():
        yield Figure("intake_lag", waiting, "stream", name)
        yield Figure("intake_dead", dead[name], "stream", name)
