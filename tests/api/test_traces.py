"""Traces go to a collector that the settings name; they tell routes, and nothing of whom or what was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import open_store


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """(address, what it was sent) of a server on this machine."""
    sent: list[tuple[str, bytes]] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", sent
    server.shutdown()
    server.server_close()
    thread.join()


def test_spans_tell_the_route_and_nothing_of_whom_or_what(
    settings: Settings, annotator: Annotator, tmp_path: Path
) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    parent = "4bf92f3577b34da6a3ce929d0e0e4736"
    with collector() as (address, sent), open_store(f"sqlite:///{tmp_path}/own.db") as store:
        own = replace(settings, store=store.url, traces=address)
        with TestClient(create_app(store, own, annotator), base_url="http://localhost") as client:
            client.post(
                "/v1/analyze", json={"text": "secret"}, headers={"traceparent": f"00-{parent}-00f067aa0ba902b7-01"}
            )
            client.get("/v1/conversations/shop:secret?fields=secret")
    assert {path for path, _ in sent} == {"/v1/traces"}
    assert b"secret" not in b"".join(body for _, body in sent)
    spans = [
        span
        for _, body in sent
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    whole = {span.name: span for span in spans if not span.name.startswith(("fastapi.", "models."))}
    assert set(whole) == {"POST /v1/analyze", "GET /v1/conversations/{id}"}
    analysis = whole["POST /v1/analyze"]
    assert analysis.trace_id.hex() == parent
    parts = {span.name: span for span in spans if span.trace_id == analysis.trace_id and span is not analysis}
    read, work, wait, models = (
        parts.pop(name) for name in ("fastapi.dependencies", "fastapi.endpoint", "models.wait", "models.run")
    )
    assert parts == {}
    assert {read.parent_span_id, work.parent_span_id} == {analysis.span_id}
    assert {wait.parent_span_id, models.parent_span_id} == {work.span_id}
    assert read.end_time_unix_nano <= wait.start_time_unix_nano <= wait.end_time_unix_nano
    assert wait.end_time_unix_nano == models.start_time_unix_nano < models.end_time_unix_nano


def test_without_a_collector_nothing_is_traced(settings: Settings, annotator: Annotator, tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/own.db") as store:
        app = create_app(store, replace(settings, store=store.url), annotator)
        assert app.state.tracer is None
        assert not app._native_telemetry.enabled()
