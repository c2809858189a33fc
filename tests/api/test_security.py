"""Who may ask, and what a browser may do with the answer."""

import base64
from dataclasses import replace

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.app import create_app
from api.commands import group
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import Store

TOKEN = "a token, with söme signs"


@pytest.fixture(scope="module")
def guarded(store: Store, settings: Settings, annotator: Annotator) -> TestClient:
    return TestClient(create_app(store, replace(settings, token=TOKEN), annotator), base_url="http://support.example")


def bearer(token: str) -> dict[str, bytes]:
    return {"authorization": b"Bearer " + token.encode()}


@pytest.mark.parametrize("path", ["/v1/overview", "/v1/conversations", "/", "/docs", "/openapi.json", "/v1/nothing"])
def test_with_a_token_every_page_but_health_asks_for_it(guarded: TestClient, path: str) -> None:
    for headers in ({}, bearer("wrong"), bearer(""), {"authorization": "Basic !"}, {"authorization": TOKEN.encode()}):
        answer = guarded.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert "Bearer" in answer.headers["www-authenticate"]
    assert guarded.get(path, headers=bearer(TOKEN)).status_code in (200, 404)
    assert guarded.get("/health").status_code == 200


def test_a_browser_gives_the_token_as_its_password(guarded: TestClient) -> None:
    secret = base64.b64encode(f"anyone:{TOKEN}".encode()).decode()
    assert guarded.get("/docs", headers={"authorization": f"Basic {secret}"}).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "LOCALHOST"])
def test_without_a_token_this_machine_is_served(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1", "", "a@evil.example", "0.0.0.0"],
)
def test_without_a_token_a_name_that_was_rebound_is_not(client: TestClient, host: str) -> None:
    answer = client.get("/v1/overview", headers={"host": host})
    assert answer.status_code == 403
    assert "FRICTIONARY_TOKEN" in answer.json()["detail"]


def test_a_page_of_another_origin_may_not_write(client: TestClient, writable: TestClient) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:9999"):
        assert client.post("/v1/analyze", json={"text": "x"}, headers={"origin": origin}).status_code == 403
        sent = writable.post("/v1/ingest", files={"file": ("a.csv", b"id,text\n1,x\n")}, headers={"origin": origin})
        assert sent.status_code == 403
    assert writable.get("/v1/overview").json()["conversations"] == 0
    assert client.post("/v1/analyze", json={"text": "x"}, headers={"origin": "http://localhost"}).status_code == 200


def test_every_answer_tells_a_browser_what_it_may_do(client: TestClient) -> None:
    for path in ("/", "/docs", "/health", "/v1/overview", "/v1/nothing", "/dashboard/static/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert client.get("/v1/overview").headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in client.get("/v1/overview", headers={"origin": "http://x"}).headers


def test_an_address_that_others_reach_is_not_served_without_a_token(settings: Settings, store: Store) -> None:
    result = CliRunner().invoke(group, ["serve", "--store", settings.store, "--host", "0.0.0.0"])
    assert result.exit_code == 1
    assert "FRICTIONARY_TOKEN" in str(result.exception)
