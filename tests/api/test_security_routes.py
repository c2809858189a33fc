"""Every route without a key, with the wrong scope, and with what attackers write into it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api.app import create_app
from api.security.actor import ADMIN, SCOPES
from api.security.doors import DOORS, FORM, OPEN, SAFE, Door
from pipelines import api_keys
from pipelines.annotate import Annotator
from pipelines.settings import ROOT, Settings
from pipelines.stores import Store, open_store
from pipelines.stores.protocols import Filter

ALL = [door for some in DOORS.values() for door in some]
WRITES = [door for door in ALL if door.method not in SAFE]
PRODUCT = str(7_191 * 7_193)
ATTACKS = (
    "' OR '1'='1' --",
    "x'; DROP TABLE conversations; --",
    '") UNION SELECT digest FROM api_keys --',
    "{{7191*7193}}",
    "${7191*7193}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "a\x00b",
    "\r\nset-cookie: a=b",
    "%",
    "9" * 400,
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
)


def name(door: Door) -> str:
    return f"{door.method} {door.path}"


def path(door: Door, value: str = "x") -> str:
    return re.sub(r"\{[^}]+\}", lambda _: value, door.path)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, put_leavers: Callable[[Store], None]) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('own')}/own.db") as store:
        put_leavers(store)
        yield store


@pytest.fixture(scope="module")
def guarded(own: Store, settings: Settings, annotator: Annotator) -> TestClient:
    app = create_app(own, replace(settings, store=own.url, auth="required", rate=0), annotator)
    return TestClient(app, base_url="http://x.example", follow_redirects=False)


@pytest.fixture(scope="module")
def keys(own: Store) -> dict[str, dict[str, str]]:
    """By scope: the header of a key that has every scope but this one."""
    made = {}
    for scope in (*SCOPES, "none"):
        others = [other for other in SCOPES if other not in (scope, ADMIN)] if scope != "none" else SCOPES
        token = api_keys.create(own, scope, others, by="test", at=datetime.now(UTC))[1]
        made[scope] = {"authorization": f"Bearer {token}"}
    return made


def ask(client: TestClient, door: Door, where: str, **more: Any) -> Any:
    return client.request(door.method, where, **more)


@pytest.mark.parametrize("door", ALL, ids=name)
def test_a_route_without_a_key_answers_401_unless_it_is_open(guarded: TestClient, door: Door) -> None:
    answer = ask(guarded, door, path(door))
    if door.scope == OPEN:
        assert answer.status_code != 401
        return
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("door", [door for door in ALL if door.scope != OPEN], ids=name)
def test_a_route_with_every_scope_but_its_own_answers_403(
    guarded: TestClient, keys: dict[str, dict[str, str]], door: Door
) -> None:
    answer = ask(guarded, door, path(door), headers=keys[door.scope])
    assert answer.status_code == 403
    assert repr(door.scope) in answer.json()["detail"]


@pytest.mark.parametrize("door", WRITES, ids=name)
def test_a_body_of_another_kind_is_not_taken(guarded: TestClient, keys: dict[str, dict[str, str]], door: Door) -> None:
    for kind in ("text/plain", "application/xml", "text/html", ""):
        sent = {"content": b"<x>1</x>", "headers": {**keys["none"], "content-type": kind}}
        answer = ask(guarded, door, path(door), **sent)
        assert answer.status_code == 415
        assert answer.headers["accept"] == ", ".join(door.takes)


@pytest.mark.parametrize("door", [door for door in WRITES if not door.path.startswith("/v1/")], ids=name)
def test_a_form_without_the_token_of_its_session_is_not_taken(
    guarded: TestClient, keys: dict[str, dict[str, str]], door: Door
) -> None:
    for told in ({}, {"csrf_token": "x"}, {"csrf_token": ""}):
        answer = ask(guarded, door, path(door), data=told, headers=keys["none"])
        assert answer.status_code == (403 if set(FORM) & set(door.takes) else 415)


@pytest.mark.parametrize("door", [door for door in DOORS["GET"] if "{" in door.path], ids=name)
def test_what_attackers_write_into_a_path_does_nothing(
    guarded: TestClient, own: Store, keys: dict[str, dict[str, str]], door: Door
) -> None:
    for attack in ATTACKS:
        for accept in ("application/json", "text/html"):
            told = {**keys["none"], "accept": accept}
            harmless(guarded.get(path(door, quote(attack, safe="")), headers=told))
    assert own.conversations.count() == 100


def test_what_attackers_write_into_a_query_does_nothing(
    guarded: TestClient, own: Store, keys: dict[str, dict[str, str]]
) -> None:
    described = guarded.get("/openapi.json", headers=keys["none"]).json()["paths"]
    asked = [
        (where, parameter["name"])
        for where, methods in described.items()
        for parameter in methods.get("get", {}).get("parameters", ())
        if parameter["in"] == "query" and "{" not in where
    ]
    assert len(asked) > 50
    for where, parameter in asked:
        for attack in ATTACKS[:6]:
            harmless(guarded.get(where, params={parameter: attack}, headers=keys["none"]))
    assert own.conversations.count(Filter()) == 100


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31", "-1", "9" * 30])
def test_a_time_out_of_all_reason_is_refused(guarded: TestClient, keys: dict[str, dict[str, str]], at: str) -> None:
    for where, field in (("/v1/overview", "since"), ("/v1/conversations", "until"), ("/v1/audit", "since")):
        assert guarded.get(where, params={field: at}, headers=keys["none"]).status_code == 422


@pytest.mark.parametrize("page", ["/", "/stages", "/customers", "/conversations", "/edits"])
def test_what_attackers_write_into_the_query_of_a_page_does_nothing(
    guarded: TestClient, keys: dict[str, dict[str, str]], page: str
) -> None:
    names = ("period", "channel", "stage", "intent", "theme", "after", "from", "language", "segment", "product", "q")
    for attack in ATTACKS:
        told = {**keys["none"], "accept": "text/html"}
        harmless(guarded.get(page, params=dict.fromkeys(names, attack), headers=told))


def harmless(answer: Any) -> None:
    assert answer.status_code < 500, f"{answer.url}: {answer.text[:300]}"
    assert "set-cookie" not in answer.headers or "a=b" not in answer.headers["set-cookie"]
    assert PRODUCT not in answer.text
    assert "root:x:0" not in answer.text
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "way",
    [
        "../pages.py",
        "..%2fpages.py",
        "%2e%2e/pages.py",
        "%2e%2e%2fpages.py",
        "..%5cpages.py",
        "....//pages.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "style.css%00.py",
        "../templates/base.html",
    ],
)
def test_no_way_leads_out_of_the_folder_of_static_files(guarded: TestClient, way: str) -> None:
    answer = guarded.get(f"/dashboard/static/{way}")
    assert answer.status_code in (401, 404, 405, 422)
    assert "import " not in answer.text
    assert "<html" not in answer.text or "{%" not in answer.text


def test_the_name_of_an_upload_does_not_leave_its_folder(
    guarded: TestClient, keys: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    for told in ("../../escaped.csv", f"{tmp_path}/escaped.csv", "..\\escaped.csv", "a\x00.csv", ".", ""):
        sent = {"file": (told, b"id,text\n1,hello\n", "text/csv")}
        assert guarded.post("/v1/ingest", files=sent, headers=keys["none"]).status_code < 500
    assert list(tmp_path.rglob("escaped*")) == []
    assert list(ROOT.glob("escaped*")) == []


def test_a_socket_of_the_web_is_closed_at_once(guarded: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), guarded.websocket_connect("/v1/analyze"):
        pass


def test_pages_of_other_origins_may_ask_only_where_they_are_listed(
    guarded: TestClient, own: Store, settings: Settings, annotator: Annotator, keys: dict[str, dict[str, str]]
) -> None:
    asked = {"access-control-request-method": "GET", "access-control-request-headers": "authorization"}
    listed, other = {"origin": "https://app.example"}, {"origin": "https://evil.example"}
    allowing = replace(settings, auth="required", cors="https://app.example https://b.example", rate=0)
    client = TestClient(create_app(own, allowing, annotator), base_url="http://x.example")
    assert (
        client.options("/v1/overview", headers=listed | asked).headers["access-control-allow-origin"]
        == listed["origin"]
    )
    answer = client.get("/v1/overview", headers=listed | keys["none"])
    assert answer.headers["access-control-allow-origin"] == listed["origin"]
    assert "access-control-allow-credentials" not in answer.headers
    assert client.post("/v1/analyze", json={"text": "x"}, headers=listed | keys["none"]).status_code == 200
    assert client.post("/v1/analyze", json={"text": "x"}, headers=other | keys["none"]).status_code == 403
    for refused in (client.options("/v1/overview", headers=other | asked), client.get("/v1/overview", headers=other)):
        assert "access-control-allow-origin" not in refused.headers
    assert "access-control-allow-origin" not in guarded.get("/v1/overview", headers=listed | keys["none"]).headers
