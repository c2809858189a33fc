"""Whether the server lives, may be asked, and what it tells of itself."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from pipelines.annotate import Annotator
from pipelines.runlog import worker
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Run, RunInput


def test_a_server_that_lives_and_may_be_asked_says_so(client: TestClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert (client.get(path).status_code, client.get(path).json()) == (200, {"status": "ok", "why": ""})


def test_a_server_without_its_store_lives_but_is_not_ready(
    settings: Settings, annotator: Annotator, tmp_path: Path
) -> None:
    own = replace(settings, store=f"sqlite:///{tmp_path}/gone/own.db")
    (tmp_path / "gone").mkdir()
    with open_store(own.store) as store:
        client = TestClient(create_app(store, own, annotator), base_url="http://localhost")
        store.close()
        for file in (tmp_path / "gone").iterdir():
            file.unlink()
        (tmp_path / "gone").rmdir()
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["why"]) == (503, "the store cannot be reached")
        assert "frictionary_store_up 0.0" in client.get("/metrics").text
        for path in ("/v1/analyze", "/v1/intents:classify", "/v1/live/a"):  # what is not stored needs no store
            body = {"turns": [{"speaker": "customer", "text": "hi"}]} if "live" in path else {"text": "hi"}
            assert client.post(path, json=body).status_code == 200
        assert client.get("/v1/routing-rules").status_code == 503


def test_a_server_that_is_about_to_end_is_not_ready(writable: TestClient) -> None:
    writable.app.state.ending = True  # type: ignore[attr-defined]
    assert writable.get("/readyz").status_code == 503
    assert writable.get("/healthz").status_code == 200


def test_the_meters_name_routes_and_models_and_nothing_that_was_said(writable: TestClient) -> None:
    writable.post("/v1/analyze", json={"text": "my secret parcel"})
    writable.get("/v1/conversations/shop:secret")
    writable.get("/secret")
    told = writable.get("/metrics").text
    for line in (
        'frictionary_request_seconds_count{method="POST",route="/v1/analyze",status="200"} 1.0',
        'frictionary_request_seconds_count{method="GET",route="/v1/conversations/{id:path}",status="404"} 1.0',
        "frictionary_batch_items_count 1.0",
        "frictionary_queue_items 0.0",
        "frictionary_conversations_waiting 0.0",
        "frictionary_store_up 1.0",
        'frictionary_models{encoder="minilm-int8-',
    ):
        assert line in told
    assert "secret" not in told


def test_the_meters_tell_how_far_each_sink_and_each_stream_is_behind(
    settings: Settings, annotator: Annotator, tmp_path: Path
) -> None:
    own, now = replace(settings, store=f"sqlite:///{tmp_path}/own.db"), datetime.now(UTC)
    with open_store(own.store) as store:
        client = TestClient(create_app(store, own, annotator), base_url="http://localhost")
        store.outbox.subscribe("crm", now)
        talk = {"id": "1", "started_at": "2026-10-05", "turns": [{"speaker": "customer", "text": "Where is it?"}]}
        told = client.post("/v1/conversations", json=[talk, {"id": "2"}]).json()
        assert told["counts"]["dead"] == 1
        for name, (here, lag) in {"a": (worker(), 7), "b": (worker(), 5), "c": ("elsewhere/1/1", 9)}.items():
            store.runs.put(Run(name, now, worker=here, beat_at=now - timedelta(hours=1)))
            drawn = RunInput(name, 1, "nats://broker chats", "threads", counts={"messages": 3, "dead": 2, "lag": lag})
            store.runs.put_inputs([drawn])
        found = client.get("/metrics").text
    for line in (
        'frictionary_sink_waiting{sink="crm"} 2.0',
        'frictionary_sink_dead{sink="crm"} 0.0',
        'frictionary_sink_failures{sink="crm"} 0.0',
        'frictionary_intake_lag{stream="nats://broker chats"} 7.0',
        'frictionary_intake_dead{stream="nats://broker chats"} 4.0',
        'frictionary_dead_records_total{route="/v1/conversations"} 1.0',
    ):
        assert line in found, found
    assert float(re.search(r'frictionary_sink_lag_seconds{sink="crm"} (.+)', found)[1]) > 0  # type: ignore[index]
