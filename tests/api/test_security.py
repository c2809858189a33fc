"""Who may ask, and what a browser may do with the answer."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api import logs
from api.app import create_app
from api.commands import group
from api.security.actor import ROLES
from nlp.errors import UnknownName
from pipelines import api_keys
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import Store

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def guarded(store: Store, settings: Settings, annotator: Annotator) -> TestClient:
    app = create_app(store, replace(settings, auth="required", rate=0), annotator)
    return TestClient(app, base_url="http://support.example")


@pytest.fixture(scope="module")
def bearer(store: Store) -> Callable[..., dict[str, str]]:
    """Makes a key with these scopes, and the header that shows it."""

    def make(*scopes: str, **others: object) -> dict[str, str]:
        return {"authorization": f"Bearer {api_keys.create(store, 'test', scopes, by='test', at=NOW, **others)[1]}"}

    return make


@pytest.mark.parametrize("path", ["/v1/overview", "/v1/conversations", "/", "/docs", "/openapi.json", "/v1/nothing"])
def test_where_keys_are_required_every_page_but_health_asks_for_one(
    guarded: TestClient, bearer: Callable[..., dict[str, str]], path: str
) -> None:
    good = bearer("read")
    token = good["authorization"].removeprefix("Bearer ")
    for wrong in (
        "Bearer wrong",
        "Bearer ",
        "Bearer",
        "Basic !",
        token,
        f"Bearer {token[:-1]}",
        f"Digest {token}",
        "ö",
    ):
        answer = guarded.get(path, headers={"authorization": wrong.encode()})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert "invalid_token" in answer.headers["www-authenticate"]
    assert guarded.get(path).status_code == 401
    assert "Bearer" in guarded.get(path).headers["www-authenticate"]
    assert guarded.get(path, headers=good).status_code in (200, 404)
    assert guarded.get("/health").status_code == 200


def test_a_browser_gives_a_key_as_its_password(guarded: TestClient, bearer: Callable[..., dict[str, str]]) -> None:
    token = bearer("read")["authorization"].removeprefix("Bearer ")
    secret = base64.b64encode(f"anyone:{token}".encode()).decode()
    assert guarded.get("/docs", headers={"authorization": f"Basic {secret}"}).status_code == 200


def test_a_key_may_do_what_its_scopes_say_and_an_admin_all(
    guarded: TestClient, bearer: Callable[..., dict[str, str]]
) -> None:
    analyze = {"url": "/v1/analyze", "json": {"text": "x"}}
    refused = guarded.post(**analyze, headers=bearer("read", "edit"))
    assert refused.status_code == 403
    assert "'classify'" in refused.json()["detail"]
    assert guarded.post(**analyze, headers=bearer("classify")).status_code == 200
    assert guarded.get("/v1/overview", headers=bearer("classify")).status_code == 403
    for path in ("/v1/overview", "/"):
        assert guarded.get(path, headers=bearer("admin")).status_code == 200
    assert guarded.post(**analyze, headers=bearer("admin")).status_code == 200


def test_who_may_not_is_refused_before_the_body_is_read(
    guarded: TestClient, bearer: Callable[..., dict[str, str]]
) -> None:
    sent = {"content": b"{" * 1_000, "headers": {**bearer("read"), "content-type": "text/odd"}}
    assert guarded.post("/v1/analyze", **sent).status_code == 403


def test_a_key_that_is_over_is_refused(
    guarded: TestClient, store: Store, bearer: Callable[..., dict[str, str]]
) -> None:
    past = NOW - timedelta(days=2)
    token = api_keys.create(store, "old", ["read"], by="test", at=past, days=1)[1]
    assert guarded.get("/v1/overview", headers={"authorization": f"Bearer {token}"}).status_code == 401
    key, token = api_keys.create(store, "gone", ["read"], by="test", at=NOW)
    api_keys.revoke(store, key.id, at=NOW)
    assert guarded.get("/v1/overview", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_a_key_says_when_it_was_last_used(guarded: TestClient, store: Store) -> None:
    key, token = api_keys.create(store, "x", ["read"], by="test", at=NOW)
    guarded.get("/v1/overview", headers={"authorization": f"Bearer {token}"})
    used = store.api_keys.get(key.id).last_used_at
    assert used is not None
    assert used >= NOW


def test_settings_that_cannot_be_name_those_that_can(store: Store, settings: Settings, annotator: Annotator) -> None:
    with pytest.raises(UnknownName, match="local, required"):
        create_app(store, replace(settings, auth="off"), annotator)
    with pytest.raises(UnknownName, match="debug, error, info, warning"):
        logs.set_up("loud")


def test_each_role_may_do_all_that_those_before_it_may() -> None:
    assert ROLES["viewer"] < ROLES["analyst"] < ROLES["admin"]


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "LOCALHOST"])
def test_without_keys_this_machine_is_served(client: TestClient, host: str) -> None:
    assert client.get("/v1/overview", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1", "", "a@evil.example", "0.0.0.0"],
)
def test_without_keys_a_name_that_was_rebound_is_not(client: TestClient, host: str) -> None:
    answer = client.get("/v1/overview", headers={"host": host})
    assert answer.status_code == 403
    assert "FRICTIONARY_AUTH=required" in answer.json()["detail"]


@pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for", "x-forwarded-host"])
def test_without_keys_what_a_proxy_forwards_is_not_served(client: TestClient, header: str) -> None:
    answer = client.get("/v1/overview", headers={header: "203.0.113.9"})
    assert answer.status_code == 403
    assert header in answer.json()["detail"]


def test_a_key_counts_where_none_is_needed(client: TestClient, bearer: Callable[..., dict[str, str]]) -> None:
    assert client.post("/v1/analyze", json={"text": "x"}, headers=bearer("read")).status_code == 403
    assert client.get("/v1/overview", headers={"authorization": "Bearer wrong"}).status_code == 401


def test_a_page_of_another_origin_may_not_write(client: TestClient, writable: TestClient) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:9999"):
        assert client.post("/v1/analyze", json={"text": "x"}, headers={"origin": origin}).status_code == 403
        sent = writable.post("/v1/ingest", files={"file": ("a.csv", b"id,text\n1,x\n")}, headers={"origin": origin})
        assert sent.status_code == 403
    for site in ("cross-site", "same-site"):
        assert client.post("/v1/analyze", json={"text": "x"}, headers={"sec-fetch-site": site}).status_code == 403
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
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers
    assert client.get("/v1/keys").headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in client.get("/v1/overview", headers={"origin": "http://x"}).headers


def test_an_address_that_others_reach_is_not_served_without_keys(settings: Settings, store: Store) -> None:
    result = CliRunner().invoke(group, ["serve", "--store", settings.store, "--host", "0.0.0.0"])
    assert result.exit_code == 1
    assert "FRICTIONARY_AUTH=required" in str(result.exception)
