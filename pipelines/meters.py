"""What a consumer tells about itself, as Prometheus reads it."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Meters:
    """Of one consumer, in a registry of its own; no label ever holds what a customer wrote."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.messages = Counter("frictionary_stream_messages", "Messages taken and acknowledged.", registry=registry)
        self.conversations = Counter(
            "frictionary_stream_conversations",
            "Conversations by what became of them: added, changed, same as stored, old or withheld.",
            ["outcome"],
            registry=registry,
        )
        self.dead = Counter("frictionary_stream_dead", "Records sent to the dead-letter subject.", registry=registry)
        self.retries = Counter(
            "frictionary_stream_retries", "Times that the store refused a batch, which then waited.", registry=registry
        )
        self.seconds = Histogram(
            "frictionary_stream_batch_seconds",
            "Seconds from a batch's arrival to its commit.",
            registry=registry,
            buckets=SECONDS,
        )
        self.in_hand = Gauge("frictionary_stream_in_hand", "Messages that are being worked on.", registry=registry)
        self.lag = Gauge("frictionary_stream_lag", "Messages that wait at the broker.", registry=registry)
        self.committed = Gauge(
            "frictionary_stream_committed_timestamp_seconds", "When a batch was last committed.", registry=registry
        )

    def serve(self, port: int, *, host: str = "127.0.0.1") -> int:
        """Answer at http://host:port/metrics, in a thread that ends with the process; returns the port.

        Raises OSError where it cannot be listened on.
        """
        server, _ = start_http_server(port, addr=host, registry=self.registry)
        return int(server.server_port)
