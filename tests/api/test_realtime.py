"""Asks of all requests share the models' passes: none depends on its neighbours, and what would be late is refused."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.desk import Desk
from api.meters import Meters
from api.realtime import Item, RealTime
from api.schemas.findings import Analysis
from nlp.conversation import Speaker, Turn
from nlp.errors import BadInput, TooLate
from pipelines.analyze import Ask
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store
from pipelines.talk import Talk

Check = Callable[[Any, Any], None]
TEXTS = (
    "Where is my refund? This is the third time I ask.",
    "the app crashes when I log in",
    "Thanks, it works now!",
    "Please cancel my subscription at the end of the month.",
    "Wo bleibt mein Paket?",
    "",
    "My card was declined twice at the shop, and support just hung up on me.",
    "how do I change my address",
)
SPOKEN = [
    {"speaker": "customer", "text": "Hi, I was charged twice for my order."},
    {"speaker": "agent", "text": "Sorry about that, I will look into it."},
    {"speaker": "customer", "text": "I have been waiting for two weeks. I want to cancel my account."},
]
LONG = "I was charged twice and nobody helps me, although I wrote three times. " * 250


@pytest.fixture
def realtime(store: Store, annotator: Annotator) -> Iterator[RealTime]:
    opened = RealTime(Desk(store, annotator), Meters(), most=30, workers=2)
    yield opened
    opened.close()


@pytest.fixture
def busy(settings: Settings, annotator: Annotator, tmp_path: Path) -> Iterator[TestClient]:
    """Of a server with one worker, in which nothing may wait, and which has much to do."""
    own = replace(settings, store=f"sqlite:///{tmp_path}/own.db", workers=1, max_wait=1e-9, rate=0)
    with open_store(own.store) as store:
        app = create_app(store, own, annotator)
        client = TestClient(app, base_url="http://localhost")
        app.state.realtime.batcher.submit(Item(Ask(texts=(LONG,), explain=True)), 1, until=monotonic() + 60)
        while not app.state.realtime.late():
            sleep(0.001)
        yield client
        app.state.realtime.close()


def test_an_answer_does_not_depend_on_who_else_asks(
    realtime: RealTime, store: Store, annotator: Annotator, assert_near: Check
) -> None:
    turns = tuple(Turn(n, Speaker(turn["speaker"]), turn["text"]) for n, turn in enumerate(SPOKEN))
    asks = [Ask(texts=(text,), evidence=True) for text in TEXTS] * 4
    asks += [Ask(turns=turns, before=Talk(), agent=True), Ask(texts=TEXTS)] * 2

    async def together() -> list[Any]:
        return await asyncio.gather(*(realtime.answer(ask, until=monotonic() + 60) for ask in asks))

    analyst = Desk(store, annotator).analyst()
    for ask, found in zip(asks, asyncio.run(together()), strict=True):
        (alone,) = analyst.answers([ask])
        assert_near(found.rows, alone.rows)
        assert_near(found.whole, alone.whole)


def test_many_texts_come_back_in_order_with_their_numbers(realtime: RealTime, assert_near: Check) -> None:
    texts = (*(f"{text} {n}" for n, text in enumerate(TEXTS * 16)), LONG)
    answer = asyncio.run(realtime.answer(Ask(texts=texts), until=monotonic() + 60))
    assert [row["id"] for row in answer.rows] == [str(n) for n in range(1, len(texts) + 1)]
    first = asyncio.run(realtime.answer(Ask(texts=texts[40:41]), until=monotonic() + 60)).rows[0]
    assert_near(answer.rows[40] | {"id": "1"}, first)


def test_an_ask_that_cannot_be_answered_fails_alone(realtime: RealTime, store: Store) -> None:
    class Broken(Desk):
        def analyst(self, *, names: bool = False) -> Any:
            if names:
                raise BadInput("no model for names")
            return super().analyst()

    own = RealTime(Broken(store, realtime._desk.annotator), Meters(), most=30, workers=1)

    async def both() -> list[Any]:
        asks = [own.answer(Ask(texts=(TEXTS[n],)), until=monotonic() + 60, names=n == 1) for n in range(3)]
        return await asyncio.gather(*asks, return_exceptions=True)

    found = asyncio.run(both())
    own.close()
    assert [isinstance(one, BadInput) for one in found] == [False, True, False]


def test_what_is_not_done_in_time_is_too_late(realtime: RealTime) -> None:
    with pytest.raises(TooLate):
        asyncio.run(realtime.answer(Ask(texts=(TEXTS[0],)), until=monotonic() + 0.0001))


@pytest.mark.parametrize(
    "body",
    [
        {"text": TEXTS[0], "evidence": True},
        {"texts": list(TEXTS), "explain": True},
        {"conversation": {"turns": SPOKEN}, "agent": True, "evidence": True},
    ],
    ids=["text", "texts", "conversation"],
)
def test_an_answer_has_the_shape_that_is_described(
    client: TestClient, body: dict[str, Any], assert_near: Check
) -> None:
    answer = client.post("/v1/analyze", json=body)
    assert answer.status_code == 200
    found = Analysis.model_validate(answer.json(), extra="forbid")
    assert_near(found.model_dump(mode="json", exclude_unset=True), answer.json())


def test_a_deadline_that_cannot_be_met_is_a_problem(client: TestClient) -> None:
    answer = client.post("/v1/analyze", json={"text": TEXTS[0]}, headers={"x-request-timeout": "0.0001"})
    assert answer.status_code == 504
    assert "the answer is wanted" in answer.json()["detail"] or "the answer was wanted" in answer.json()["detail"]
    assert client.post("/v1/analyze", json={"text": "hi"}, headers={"x-request-timeout": "soon"}).status_code == 422


def test_a_server_with_too_much_to_do_refuses_before_it_reads(busy: TestClient) -> None:
    for path in ("/v1/analyze", "/v1/intents:classify", "/v1/live/a"):
        answer = busy.post(path, content=b"no JSON", headers={"content-type": "application/json"})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert answer.json()["detail"].startswith("the server has more to do than it can")
    assert busy.get("/healthz").status_code == 200
    assert busy.get("/readyz").status_code == 200
    assert 'frictionary_shed_total{route="/v1/live/"} 1.0' in busy.get("/metrics").text


def test_closing_answers_what_was_asked_before(store: Store, annotator: Annotator) -> None:
    own, found = RealTime(Desk(store, annotator), Meters(), most=30, workers=1), []

    def ask() -> None:
        found.append(asyncio.run(own.answer(Ask(texts=TEXTS * 8), until=monotonic() + 60)))

    thread = threading.Thread(target=ask)
    thread.start()
    while not own.batcher.queued:
        sleep(0.001)
    own.close()
    thread.join(60)
    assert len(found[0].rows) == len(TEXTS) * 8
