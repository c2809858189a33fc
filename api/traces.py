"""Traces of requests by OpenTelemetry, where the settings name a collector; they hold no text, id or query."""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from nlp.errors import MissingDependency
from pipelines.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

PERSONAL = ("url.path", "url.query")
"""Attributes that may name a customer or hold what was searched for; the route's template says enough."""


def tracer(settings: Settings) -> "TracerProvider | None":
    """What sends spans to `settings.traces`, an OTLP address over HTTP; None where there is none.

    Raises MissingDependency.
    """
    if not settings.traces:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise MissingDependency.of("FRICTIONARY_TRACES", "OpenTelemetry", "telemetry") from error

    class Unsaid(SpanProcessor):
        def on_start(self, span: Any, parent_context: Any = None) -> None:
            for name in PERSONAL:
                if name in (span.attributes or {}):
                    span.set_attribute(name, "")

    service = Resource.create({"service.name": "frictionary", "service.version": version("frictionary")})
    provider = TracerProvider(resource=service, shutdown_on_exit=False)
    provider.add_span_processor(Unsaid())
    address = f"{settings.traces.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))
    return provider


def waited(provider: "TracerProvider", asked: int, begun: int, done: int) -> None:
    """Two spans in the one of the moment: an ask waits for the models, and they work. Nanoseconds since 1970."""
    tracer = provider.get_tracer("frictionary")
    tracer.start_span("models.wait", start_time=asked).end(begun)
    tracer.start_span("models.run", start_time=begun).end(done)


def telemetry(provider: "TracerProvider | None") -> dict[str, Any]:
    """As `FastAPI(telemetry=…)` takes it: spans of requests and of their parts, which are reading and checking what is
    asked ("fastapi.dependencies"), the route's work, and writing. Its logs would hold what customers wrote."""
    return {
        "tracing": provider is not None,
        "tracer_provider": provider,
        "metrics": False,
        "logs": False,
        "operation_spans": True,
        "auto_configure": False,
    }
