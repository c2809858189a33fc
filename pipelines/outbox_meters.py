"""What publishers tell about themselves, as Prometheus reads it."""

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from pipelines.stores.protocols.outbox import Sink

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LABEL = ["sink"]


class OutboxMeters:
    """Of all sinks of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.delivered = Counter(
            "frictionary_publish_delivered", "Messages that a sink has taken.", ["sink", "type"], registry=registry
        )
        self.failures = Counter(
            "frictionary_publish_failures", "Attempts that a sink did not take.", LABEL, registry=registry
        )
        self.seconds = Histogram(
            "frictionary_publish_round_seconds",
            "Seconds of a round, from reading to the last answer.",
            LABEL,
            registry=registry,
            buckets=SECONDS,
        )
        self.lag = Gauge("frictionary_publish_lag", "Messages that wait for a sink.", LABEL, registry=registry)
        self.age = Gauge(
            "frictionary_publish_lag_seconds", "Age of the oldest message that waits.", LABEL, registry=registry
        )
        self.dead = Gauge("frictionary_publish_dead", "Dead letters of a sink.", LABEL, registry=registry)
        self.away = Gauge(
            "frictionary_publish_away", "Times running that a sink did not answer.", LABEL, registry=registry
        )

    def see(self, sink: Sink) -> None:
        age = (datetime.now(UTC) - sink.oldest).total_seconds() if sink.oldest else 0.0
        told = {self.lag: sink.waiting, self.age: max(age, 0.0), self.dead: sink.dead, self.away: sink.failures}
        for gauge, value in told.items():
            gauge.labels(sink.name).set(value)

    def serve(self, port: int, *, host: str = "127.0.0.1") -> int:
        """Answer at http://host:port/metrics, in a thread that ends with the process; returns the port.

        Raises OSError where it cannot be listened on.
        """
        server, _ = start_http_server(port, addr=host, registry=self.registry)
        return int(server.server_port)
