"""What the server tells of itself, as Prometheus reads it; no label ever holds what a customer wrote, or who asks."""

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.behind import Figure
from pipelines.batcher import Batch

SECONDS = (0.001, 0.002, 0.004, 0.007, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30)
ITEMS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
Figures = Callable[[], Iterable[Figure]]


class Meters:
    """Of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Histogram(
            "frictionary_request_seconds",
            "Seconds from a request's head to its answer's end, by the route's template.",
            ["method", "route", "status"],
            registry=registry,
            buckets=SECONDS,
        )
        self.shed = Counter(
            "frictionary_shed",
            "Requests refused because they would have waited too long.",
            ["route"],
            registry=registry,
        )
        self.dead = Counter(
            "frictionary_dead_records",
            "Records in what was sent to the server that could not be read.",
            ["route"],
            registry=registry,
        )
        self.items = Histogram(
            "frictionary_batch_items", "Asks that shared a pass of the models.", registry=registry, buckets=ITEMS
        )
        self.waited = Histogram(
            "frictionary_batch_waited_seconds",
            "Seconds that the first ask of a batch waited for the models.",
            registry=registry,
            buckets=SECONDS,
        )
        self.worked = Histogram(
            "frictionary_batch_seconds", "Seconds of the models for a batch.", registry=registry, buckets=SECONDS
        )
        self.queued = Gauge("frictionary_queue_items", "Asks that wait for the models.", registry=registry)
        self.lag = Gauge("frictionary_loop_lag_seconds", "How late the server's loop is.", registry=registry)
        ProcessCollector(registry=registry)

    def batch(self, batch: Batch) -> None:
        self.items.observe(batch.items)
        self.waited.observe(batch.waited)
        self.worked.observe(batch.seconds)

    def watch(self, *, queued: Callable[[], float], lag: Callable[[], float]) -> None:
        self.queued.set_function(queued)
        self.lag.set_function(lag)

    def tell(self, models: Callable[[], dict[str, str]], figures: Figures) -> None:
        """`models`: what speaks; `figures`: of the store. Both are asked when the meters are read."""
        self.registry.register(_Told(models, figures))


class _Told(Collector):
    def __init__(self, models: Callable[[], dict[str, str]], figures: Figures) -> None:
        self._models, self._figures = models, figures

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked for before the meters are read."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        models = self._models()
        told = GaugeMetricFamily("frictionary_models", "Which models and themes speak.", labels=list(models))
        told.add_metric(list(models.values()), 1)
        yield told
        families: dict[str, GaugeMetricFamily] = {}
        for name, value, label, of in self._figures():
            made = GaugeMetricFamily(f"frictionary_{name}", FIGURES[name], labels=[label] if label else [])
            families.setdefault(name, made).add_metric([of] if label else [], value)
        yield from families.values()


FIGURES = {
    "store_up": "1 where the store answers.",
    "conversations_waiting": "Conversations that wait to be annotated.",
    "outbox_waiting": "Messages that wait for the sink that is most behind.",
    "outbox_dead": "Dead letters of all sinks.",
    "sink_waiting": "Messages that wait for a sink.",
    "sink_lag_seconds": "Age of the oldest message that waits for a sink.",
    "sink_dead": "Dead letters of a sink.",
    "sink_failures": "Times running that a sink did not answer.",
    "intake_lag": "Messages that wait at the broker, by a worker that goes on.",
    "intake_dead": "Records that such workers sent to the dead-letter subject.",
}


class Metered:
    """ASGI middleware: times each request under its route's template."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self.app, self.meters = app, meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            labels = scope["method"] if scope["method"] in METHODS else "other", template(scope), str(status)
            self.meters.requests.labels(*labels).observe(perf_counter() - began)


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def template(scope: Any) -> str:
    """The route's path as it is written; "none" where no route was found."""
    return getattr(scope.get("route"), "path", "none") or "none"
