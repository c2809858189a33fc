"""Jobs over the API: asked for with 202, followed as events, ended; tables as streams; keys that make a POST safe to
send again."""

import csv
import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.pipe import PIECE, PIECES, Pipe
from pipelines.annotate import Annotator
from pipelines.api_keys import create
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

HERE = "http://localhost"


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, store=f"sqlite:///{tmp_path}/own.db", job_files=tmp_path / "files", jobs="elsewhere")


@pytest.fixture
def app(own: Settings, annotator: Annotator) -> Iterator[FastAPI]:
    with open_store(own.store) as store:
        yield create_app(store, own, annotator)


@pytest.fixture
def asked(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=HERE)


def events(client: TestClient, id: str) -> list[tuple[str, dict[str, Any]]]:
    text = client.get(f"/v1/jobs/{id}/events").text
    blocks = [block.splitlines() for block in text.split("\n\n") if block.startswith("event:")]
    return [(lines[0].removeprefix("event: "), json.loads(lines[2].removeprefix("data: "))) for lines in blocks]


def test_a_job_is_asked_for_done_and_its_file_fetched(asked: TestClient, app: FastAPI) -> None:
    talk = {"id": "1", "started_at": "2026-03-02T09:00:00Z", "turns": [{"speaker": "customer", "text": "=1+1 is late"}]}
    asked.post("/v1/conversations", json=talk)
    answer = asked.post("/v1/jobs", json={"kind": "export", "options": {"table": "signals", "format": "csv"}})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    place = answer.headers["location"]
    assert asked.get(place).json() == answer.json()
    assert asked.get(f"{place}/file").status_code == 404
    app.state.jobs.run(once=True)
    done = asked.get(place).json()
    assert (done["state"], done["result"]["rows"], done["file"]) == ("done", 1, f"{place}/file")
    told = asked.get(done["file"])
    assert told.headers["content-type"] == "text/csv; charset=utf-8"
    assert [row["text"] for row in csv.DictReader(io.StringIO(told.text))] == ["'=1+1 is late"]
    assert [job["id"] for job in asked.get("/v1/jobs?state=done&kind=export").json()["items"]] == [done["id"]]


def test_a_job_is_followed_by_events_to_its_end(asked: TestClient, app: FastAPI) -> None:
    id = asked.post("/v1/jobs", json={"kind": "annotate"}).json()["id"]
    working = threading.Timer(0.7, lambda: app.state.jobs.run(once=True))
    working.start()
    told = events(asked, id)
    working.join()
    assert [name for name, _ in told][:1] == ["progress"]
    assert (told[0][1]["state"], told[-1][0], told[-1][1]["state"]) == ("queued", "end", "done")
    assert [name for name, _ in events(asked, id)] == ["end"]
    assert asked.get("/v1/jobs/none/events").status_code == 404


def test_a_job_that_waits_is_ended(asked: TestClient) -> None:
    id = asked.post("/v1/jobs", json={"kind": "discover", "options": {"seed": 3}}).json()["id"]
    assert asked.post(f"/v1/jobs/{id}/cancel").json()["state"] == "cancelled"
    assert asked.post("/v1/jobs/none/cancel").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "paint"},
        {"kind": "export"},
        {"kind": "export", "options": {"table": "secrets"}},
        {"kind": "export", "options": {"table": "../x"}},
        {"kind": "annotate", "options": {"seed": 1}},
        {"kind": "discover", "options": {"seed": -1}},
        {"kind": "discover", "colour": "red"},
    ],
)
def test_a_job_that_cannot_be_is_refused(asked: TestClient, body: dict[str, Any]) -> None:
    assert asked.post("/v1/jobs", json=body).status_code == 422
    assert asked.get("/v1/jobs").json()["items"] == []


def test_a_server_that_does_jobs_itself_does_what_waited_before_its_start(own: Settings, annotator: Annotator) -> None:
    with open_store(own.store) as store:
        id = TestClient(create_app(store, own, annotator), base_url=HERE).post("/v1/jobs", json={"kind": "annotate"})
        here = create_app(store, replace(own, jobs="here"), annotator)
        with TestClient(here, base_url=HERE) as client:
            assert events(client, id.json()["id"])[-1][1]["state"] == "done"


# tables


def test_a_table_comes_as_csv_and_as_parquet_with_the_same_rows(client: TestClient, store: Store) -> None:
    answer = client.get("/v1/exports/signals.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "signals.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    table = pq.read_table(io.BytesIO(client.get("/v1/exports/signals.parquet").content))
    assert (
        [row["segment"] for row in rows]
        == table["segment"].to_pylist()
        == [quote.segment.id for quote in store.signals.all()]
    )
    calls = client.get("/v1/exports/signals.csv?channel=call").text
    assert len(calls.splitlines()) == 1
    for path in ("secrets.csv", "signals.xlsx", "signals.csv?stage=limbo", "signals.csv?theme=t99"):
        assert client.get(f"/v1/exports/{path}").status_code in (404, 422)


def test_a_pipe_holds_no_more_than_its_pieces_and_stops_its_writer_with_its_reader() -> None:
    pipe, written = Pipe(), []

    def write(file: Pipe) -> None:
        while True:
            file.write(b"x" * PIECE)
            written.append(1)

    pieces = pipe.read(write)
    assert len(next(pieces)) == PIECE
    pieces.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join(5)
            assert not thread.is_alive()
    assert len(written) <= PIECES + 3


def test_what_fails_while_it_is_written_breaks_the_stream_off() -> None:
    def write(file: Pipe) -> None:
        file.write(b"half")
        file.flush()
        raise ValueError("broken")

    pieces = Pipe().read(write)
    assert next(pieces) == b"half"
    with pytest.raises(ValueError, match="broken"):
        next(pieces)


# keys

TALK = {"id": "1", "started_at": "2026-03-02T09:00:00Z", "turns": [{"speaker": "customer", "text": "It is late"}]}


def post(client: TestClient, path: str, body: Any, key: str = "k1", **headers: str) -> Any:
    return client.post(path, json=body, headers={"idempotency-key": key, **headers})


def test_a_post_that_is_sent_again_is_answered_again_and_done_once(asked: TestClient) -> None:
    first = post(asked, "/v1/jobs", {"kind": "annotate"})
    again = post(asked, "/v1/jobs", {"kind": "annotate"})
    assert (again.status_code, again.json(), again.headers["location"]) == (
        202,
        first.json(),
        first.headers["location"],
    )
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert len(asked.get("/v1/jobs").json()["items"]) == 1
    added = post(asked, "/v1/conversations", TALK, "k2").json()
    assert added["counts"]["added"] == post(asked, "/v1/conversations", TALK, "k2").json()["counts"]["added"] == 1


def test_a_key_that_comes_with_another_request_is_refused(asked: TestClient) -> None:
    post(asked, "/v1/analyze", {"text": "late"})
    for path, body in (("/v1/analyze", {"text": "other"}), ("/v1/jobs", {"kind": "annotate"})):
        refused = post(asked, path, body)
        assert (refused.status_code, "another request" in refused.json()["detail"]) == (422, True)
    assert post(asked, "/v1/analyze", {"text": "other"}, "k2").status_code == 200
    for key in ("", "a b", "\t", "x" * 256):
        assert post(asked, "/v1/analyze", {"text": "late"}, key).status_code == 422


def test_a_refusal_is_answered_again_too_and_a_file_whatever_its_boundary(asked: TestClient) -> None:
    assert [post(asked, "/v1/jobs", {"kind": "paint"}).status_code for _ in range(2)] == [422, 422]
    lines = (json.dumps(TALK) + "\n").encode()
    told = [
        asked.post("/v1/ingest", files={"file": ("a.jsonl", lines)}, headers={"idempotency-key": "file"}) for _ in "ab"
    ]
    assert [answer.status_code for answer in told] == [200, 200]
    assert told[0].json() == told[1].json()


def begun(app: FastAPI) -> int:
    with app.state.store.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM replies").scalar_one())


def test_a_key_whose_first_request_is_still_worked_on_is_told_so(asked: TestClient, app: FastAPI) -> None:
    """The first waits for another writer as long as we hold the lock."""
    edit, found = {"kind": "rename", "theme": "t1", "text": "x", "who": "Ada"}, list[int]()
    with app.state.desk.writing:
        first = threading.Thread(target=lambda: found.append(post(asked, "/v1/edits", edit).status_code))
        first.start()
        while not begun(app):
            time.sleep(0.02)
        busy = TestClient(app, base_url=HERE).post("/v1/edits", json=edit, headers={"idempotency-key": "k1"})
        assert (busy.status_code, busy.headers["retry-after"]) == (409, "1")
    first.join()
    assert found == [404]
    assert post(asked, "/v1/edits", edit).headers["idempotency-replayed"] == "true"


def test_what_the_server_failed_at_may_be_tried_again(asked: TestClient, app: FastAPI) -> None:
    rename = "ALTER TABLE {} RENAME TO {}"
    with app.state.store.engine.begin() as connection:
        connection.exec_driver_sql(rename.format("jobs", "elsewhere"))
    assert post(asked, "/v1/jobs", {"kind": "annotate"}).status_code == 503
    with app.state.store.engine.begin() as connection:
        connection.exec_driver_sql(rename.format("elsewhere", "jobs"))
    assert post(asked, "/v1/jobs", {"kind": "annotate"}).status_code == 202


def test_the_key_of_another_is_not_seen(own: Settings, annotator: Annotator) -> None:
    with open_store(own.store) as store:
        app = create_app(store, replace(own, auth="required"), annotator)
        client, now = TestClient(app, base_url=HERE), datetime.now(UTC)
        ada, bob = (create(store, name, ["classify"], at=now, by="test")[1] for name in ("ada", "bob"))
        told = [
            post(client, "/v1/analyze", {"text": text}, authorization=f"Bearer {token}")
            for token, text in ((ada, "late"), (bob, "other"), (ada, "late"))
        ]
    assert [answer.status_code for answer in told] == [200, 200, 200]
    assert ["idempotency-replayed" in answer.headers for answer in told] == [False, False, True]
