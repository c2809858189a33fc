"""A person's rights by the API."""

from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

TALK: dict[str, Any] = {
    "id": "7",
    "channel": "chat",
    "customer": "email:ada@example.com",
    "started_at": "2026-10-05T09:30:00Z",
    "turns": [{"speaker": "customer", "text": "My refund has not come."}],
}
ADA = {"customer": "email:ada@example.com"}


def logged(client: TestClient) -> list[tuple[str, str]]:
    found = client.get("/v1/audit", params={"what": "privacy"}).json()["items"]
    return [(line["what"], line["subject"]) for line in found]


def test_a_person_is_told_all_that_is_kept_and_is_forgotten_for_good(writable: TestClient) -> None:
    assert writable.post("/v1/privacy/export", json=ADA).status_code == 404
    writable.post("/v1/conversations?source=shop", json=TALK)
    told = writable.post("/v1/privacy/export", json=ADA).json()
    assert [talk["id"] for talk in told["conversations"]] == ["shop:7"]
    assert writable.post("/v1/privacy/export", json={"customer": told["customer"]}).json() == told
    rows = writable.post("/v1/privacy/forget", json=ADA).json()["rows"]
    assert rows["conversations"] == 1
    assert writable.get("/v1/conversations").json()["items"] == []
    again = writable.post("/v1/conversations?source=shop", json=[TALK, TALK | {"id": "8", "customer": "email:b@c.org"}])
    assert (again.json()["ids"], again.json()["counts"]["withheld"]) == (["shop:8"], 1)
    who = told["customer"]
    assert logged(writable) == [("privacy.forget", who), ("privacy.export", who), ("privacy.export", who)]


def test_a_server_begins_with_what_a_killed_run_has_not_forgotten(writable: TestClient) -> None:
    writable.post("/v1/conversations?source=shop", json=TALK)
    app = writable.app
    assert isinstance(app, FastAPI)
    assert app.state.store.privacy.withhold(["shop:7"], at=datetime.now(UTC)) == 1
    with TestClient(app, base_url="http://localhost") as started:
        assert started.get("/v1/conversations").json()["items"] == []


def test_an_identifier_of_no_kind_is_refused(writable: TestClient) -> None:
    for wrong in ("", "x" * 501):
        assert writable.post("/v1/privacy/forget", json={"customer": wrong}).status_code == 422
