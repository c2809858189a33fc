"""Bodies that are too large, too deep, of many fields, or too slow."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from api.app import create_app
from api.security.bodies import DEPTH, PACE, Body, nested_too_deep
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import Store

JSON = {"content-type": "application/json"}
LEAVES = st.none() | st.booleans() | st.integers() | st.text('[]{}"\\x ', max_size=6)


@pytest.fixture(scope="module")
def small(store: Store, settings: Settings, annotator: Annotator) -> TestClient:
    return TestClient(create_app(store, replace(settings, max_body=1_000), annotator), base_url="http://localhost")


def pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // 100):
        yield b" " * 100


def depth(value: Any) -> int:
    if isinstance(value, dict | list):
        return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)
    return 0


def test_a_body_over_the_limit_is_refused_whether_it_tells_its_length_or_not(small: TestClient) -> None:
    for body in (b" " * 1_001, pieces(5_000)):
        answer = small.post("/v1/analyze", content=body, headers=JSON)
        assert answer.status_code == 413
        assert "1,000 bytes" in answer.json()["detail"]
    assert small.post("/v1/analyze", json={"text": "x" * 900}).status_code == 200


def test_an_upload_over_the_limit_is_refused(small: TestClient) -> None:
    assert small.post("/v1/ingest", files={"file": ("a.csv", b"x" * 5_000)}).status_code == 413


def test_a_length_that_lies_is_no_way_around(small: TestClient) -> None:
    for told in ("-1", "1e9", "x", "9" * 30):
        answer = small.post("/v1/analyze", content=pieces(5_000), headers={**JSON, "content-length": told})
        assert answer.status_code in (400, 413)


@pytest.mark.parametrize("open", ["[", '{"a":', '[{"a":'])
def test_json_that_is_nested_too_deep_is_refused_before_it_is_read(client: TestClient, open: str) -> None:
    close = open.replace('"a":', "").translate(str.maketrans("[{", "]}"))[::-1]
    for times in (40, 100_000):
        for body in (open * times + "1" + close * times, open * times):
            answer = client.post("/v1/analyze", content=body.encode(), headers=JSON)
            assert answer.status_code == 422
            assert "nested" in answer.json()["detail"]


@given(st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)))
def test_depth_is_told_as_a_reader_of_json_would_tell_it(value: Any) -> None:
    for more in (0, DEPTH - 3, DEPTH, DEPTH + 1):
        for _ in range(more):
            value = [value, "]"]
        assert nested_too_deep(json.dumps(value).encode()) == (depth(value) > DEPTH)
        value = value if not more else None


def test_many_brackets_side_by_side_are_not_deep_and_cost_little() -> None:
    assert not nested_too_deep(b"[" + b"[],{}," * 1_000_000 + b"1]")
    assert not nested_too_deep(json.dumps({"text": "[{" * 1_000_000}).encode())
    assert nested_too_deep(b"]" * 100 + b"[" * 100)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x" * 20_001}, "body.text"),
        ({"texts": ["x"] * 257}, "body.texts"),
        ({"conversation": {"turns": [{"speaker": "customer", "text": "x"}] * 501}}, "body.conversation.turns"),
        ({"text": "x", **{f"f{n}": 1 for n in range(5_000)}}, "body.f0"),
    ],
)
def test_a_field_over_its_limit_is_named(client: TestClient, body: dict[str, Any], field: str) -> None:
    answer = client.post("/v1/analyze", json=body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert len(answer.content) < 20_000


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"NaN", b'{"text": "\xed\xa0\x80"}', b'{"text": "\\ud800"}', b"null", b"[" * 20, b"1e999"],
)
def test_what_is_no_json_is_a_problem_and_no_failure(client: TestClient, body: bytes) -> None:
    assert client.post("/v1/analyze", content=body, headers=JSON).status_code in (200, 400, 422)


def received(parts: list[bytes], *, pause: float, patience: float) -> bytes:
    """A body of which each part comes after a pause, read to its end."""
    left = list(parts)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(pause)
        body = left.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    async def read() -> bytes:
        return (await Body(receive, most=10_000_000, patience=patience).all())[0]  # type: ignore[arg-type]

    return asyncio.run(read())


def test_a_body_that_drips_is_given_up_and_a_large_one_has_more_time() -> None:
    assert received([b"a"] * 3, pause=0.01, patience=0.5) == b"aaa"
    with pytest.raises(HTTPException) as refused:
        received([b"a"] * 100, pause=0.02, patience=0.1)
    assert refused.value.status_code == 408
    assert len(received([b"a" * PACE] * 10, pause=0.02, patience=0.05)) == 10 * PACE
