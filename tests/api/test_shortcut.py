"""What is answered before the router looks is what the route itself would answer, and else is left to it."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.shortcut import Shortcut, Way
from nlp.errors import Overloaded
from pipelines.settings import Settings

TURNS = [{"speaker": "customer", "text": "I was charged twice."}, {"speaker": "agent", "text": "Sorry."}]
ANALYSES: list[Any] = [
    {"text": "where is my refund?", "evidence": True},
    {"texts": ["the app crashes", "Wo bleibt mein Paket?", ""]},
    {"conversation": {"channel": "chat", "turns": TURNS}, "agent": True},
    {"text": "half a character: \ud83d"},
    {"text": "where?", "evidence": 1},
    {"text": "where?", "unknown": 1},
    {"text": "where?", "texts": ["here"]},
    {"text": 5},
    {},
    [],
    "where?",
]
INTENTS: list[Any] = [{"text": "cancel it"}, {"texts": ["refund", "Danke!"]}, {"text": True}, {"texts": []}]
ROUTE = {"x-request-timeout": "20"}
"""What the shortcut does not read."""


@pytest.mark.parametrize("body", ANALYSES, ids=lambda body: json.dumps(body)[:40])
def test_an_analysis_is_the_same_by_the_shortcut_and_by_the_route(client: TestClient, body: Any) -> None:
    quick, usual = (
        client.post("/v1/analyze", content=json.dumps(body), headers={"content-type": "application/json", **more})
        for more in ({}, ROUTE)
    )
    assert (quick.status_code, quick.content) == (usual.status_code, usual.content)
    assert quick.headers["content-type"] == usual.headers["content-type"]


@pytest.mark.parametrize(
    "body", [{"text": "cancel it"}, {"texts": ["refund", "Danke!"]}, {"text": True}, {"texts": []}]
)
def test_an_intent_is_the_same_by_the_shortcut_and_by_the_route(client: TestClient, body: Any) -> None:
    quick, usual = (client.post("/v1/intents:classify", json=body, headers=more) for more in ({}, ROUTE))
    assert (quick.status_code, quick.content) == (usual.status_code, usual.content)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/json", 422),
        (b"{", "application/json", 422),
        (b'{"text": "\xff"}', "application/json", 400),
        (b'{"text": "where?"}', "application/json; charset=utf-8", 200),
        (b'{"text": "where?"}', "text/plain", 415),
    ],
)
def test_what_is_no_plain_json_is_left_to_the_route(client: TestClient, content: bytes, kind: str, status: int) -> None:
    found = client.post("/v1/analyze", content=content, headers={"content-type": kind})
    assert found.status_code == status


def test_a_query_is_left_to_the_route(client: TestClient) -> None:
    assert client.post("/v1/analyze?x=1", json={"text": "where?"}).status_code == 200


def test_meters_tell_the_route_of_a_shortcut(client: TestClient) -> None:
    client.post("/v1/analyze", json={"text": "where?"})
    assert 'frictionary_request_seconds_count{method="POST",route="/v1/analyze",status="200"}' in (
        client.get("/metrics").text
    )


def test_what_is_refused_by_the_models_is_a_problem() -> None:
    from api.schemas.requests import AnalyzeIn

    async def refuse(*_: object, **__: object) -> Any:
        raise Overloaded("too much", 3)

    app = FastAPI()
    app.add_middleware(
        Shortcut, ways={"/v1/analyze": Way("/v1/analyze", AnalyzeIn, refuse)}, patience=Settings().deadline
    )
    found = TestClient(app).post("/v1/analyze", json={"text": "where?"})
    assert (found.status_code, found.headers["retry-after"], found.json()["detail"]) == (429, "3", "too much")
