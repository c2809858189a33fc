"""Logs: a JSON object a line with the request's id, and never a secret."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.logs import Lines, hidden
from pipelines import api_keys
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import Store


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that is logged, from the least level on, as the server writes it."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.setFormatter(Lines())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def requests(stream: io.StringIO) -> list[dict[str, object]]:
    return [line for line in lines(stream) if line["message"] == "request"]


def test_a_request_is_a_line_with_its_route_and_not_its_path(client: TestClient, written: io.StringIO) -> None:
    client.get("/v1/conversations/shop:secret-id?fields=ada", headers={"x-request-id": "abc-12345"})
    (line,) = requests(written)
    assert line["request"] == "abc-12345"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/conversations/{id:path}", 404)
    assert line["actor"] == "loopback"
    assert isinstance(line["ms"], float)
    assert "secret-id" not in json.dumps(line)
    assert "ada" not in json.dumps(line)


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f g", "abc\ndefgh", '{"a":1234}', "-begins-so"])
def test_an_id_of_a_request_that_is_not_sane_is_replaced(client: TestClient, given: str) -> None:
    answer = client.get("/health", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 16


def test_no_secret_is_logged(store: Store, settings: Settings, annotator: Annotator, written: io.StringIO) -> None:
    asked = replace(settings, auth="required", session_secret="the session's secret")
    client = TestClient(create_app(store, asked, annotator), base_url="http://x.example")
    key, token = api_keys.create(store, "x", ["admin"], by="test", at=datetime.now(UTC))
    good = {"authorization": f"Bearer {token}"}
    made = client.post("/v1/keys", json={"name": "y", "scopes": ["read"]}, headers=good).json()["key"]
    turned = client.post(f"/v1/keys/{key.id}:rotate", headers=good).json()["key"]
    for path in ("/", "/v1/overview", f"/v1/conversations/{token}", f"/v1/nothing?key={token}", f"/{token}"):
        client.get(path, headers=good)
        client.get(path, headers={"authorization": f"Bearer {token}x"})
        client.get(path, auth=("ada", token))
        client.post(path, headers=good)
    logging.getLogger("frictionary.api").error("it said %s and Authorization: Bearer %s", made, "abcdefgh12345678")
    assert len(requests(written)) > 15
    assert ("/v1/overview", 401) in [(line.get("route"), line["status"]) for line in requests(written)]
    text = written.getvalue()
    for secret in (token, made, turned):
        assert secret.split("_", 2)[2] not in text
    for secret in ("the session's secret", "abcdefgh12345678", key.digest):
        assert secret not in text
    assert f"key:{key.id}" in text


def test_a_key_is_cut_to_its_public_part() -> None:
    token = f"fk_0123456789ab_{'x-_y' * 10}"
    assert hidden(f"a {token} b") == "a fk_0123456789ab_… b"
    assert hidden("authorization: Basic YWRhOnNlY3JldA==") == "authorization: Basic …"
    assert hidden("a basic idea") == "a basic idea"


def test_a_line_is_json_with_its_time_and_level_whatever_the_message() -> None:
    told = json.loads(Lines().format(logging.LogRecord("x", logging.ERROR, "a.py", 1, "it %s", ("broke",), None)))
    assert (told["level"], told["logger"], told["message"]) == ("error", "x", "it broke")
    assert datetime.fromisoformat(told["at"]).tzinfo is not None
    assert "\n" not in Lines().format(logging.LogRecord("x", 40, "a.py", 1, "two\nlines", (), None))
