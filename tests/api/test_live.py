"""A conversation that goes on is told anew with each turn, as if it had been sent whole."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.running import Running
from api.schemas.live import LiveOut
from pipelines.talk import Talk

SAID = [
    {"speaker": "customer", "text": "Hi, I was charged twice for my order 20410."},
    {"speaker": "agent", "text": "Sorry about that, I will look into it."},
    {"speaker": "customer", "text": "I have been waiting for two weeks. I want to cancel my account!"},
    {"speaker": "bot", "text": "An agent will be with you."},
    {"speaker": "customer", "text": "ok, thank you so much for your help"},
]


Check = Callable[[Any, Any], None]


def hear(client: TestClient, id: str, first: int, *turns: dict[str, str]) -> dict[str, Any]:
    answer = client.post(f"/v1/live/{id}", json={"first": first, "turns": turns})
    assert answer.status_code == 200, answer.text
    LiveOut.model_validate(answer.json(), extra="forbid")
    return answer.json()


def test_each_turn_gives_what_the_whole_would_give(client: TestClient, assert_near: Check) -> None:
    for number, turn in enumerate(SAID):
        found = hear(client, "turn-by-turn", number, turn)
        whole = client.post("/v1/analyze", json={"conversation": {"turns": SAID[: number + 1]}}).json()
        assert found["turns"] == number + 1
        assert_near(found["summary"], whole["summary"])
        assert_near(found["course"], whole["course"])
        assert found["secondary"] == whole["secondary"]
        assert_near(found["results"], [row for row in whole["results"] if row["turn"] == number])


def test_it_is_told_what_changed_and_nothing_else(client: TestClient) -> None:
    first = hear(client, "changes", 0, SAID[0])
    assert all(change["before"] is None for change in first["changed"].values())
    assert first["changed"]["intent"]["after"] == first["summary"]["intent"]
    assert hear(client, "changes", 1, SAID[1])["changed"] == {}
    then = hear(client, "changes", 2, SAID[2])
    assert then["changed"]["leaving"]["after"] > 0.5 > then["changed"]["leaving"]["before"]
    for name, change in then["changed"].items():
        assert change["before"] != change["after"], name


def test_a_turn_that_is_sent_again_replaces_it_and_what_followed(client: TestClient, assert_near: Check) -> None:
    hear(client, "again", 0, *SAID)
    assert hear(client, "again", 4, SAID[4])["turns"] == 5
    back = hear(client, "again", 2, {"speaker": "customer", "text": "Great, the money is here."})
    assert back["turns"] == 3
    whole = [*SAID[:2], {"speaker": "customer", "text": "Great, the money is here."}]
    assert_near(back["summary"], client.post("/v1/analyze", json={"conversation": {"turns": whole}}).json()["summary"])


def test_turns_that_are_not_known_are_asked_for(client: TestClient) -> None:
    answer = client.post("/v1/live/unknown", json={"first": 3, "turns": SAID[:1]})
    assert answer.status_code == 409
    assert "send all, with first = 0" in answer.json()["detail"]


def test_a_conversation_may_be_forgotten(client: TestClient) -> None:
    hear(client, "ended", 0, SAID[0])
    assert client.delete("/v1/live/ended").status_code == 204
    assert client.delete("/v1/live/ended").status_code == 404
    assert client.post("/v1/live/ended", json={"first": 1, "turns": SAID[1:2]}).status_code == 409


def test_personal_data_are_masked_before_they_are_kept(client: TestClient) -> None:
    hear(client, "masked", 0, {"speaker": "customer", "text": "My mail is ada@example.com, why no refund?"})
    state = client.app.state.running.get(("loopback", "masked"))  # type: ignore[attr-defined]
    assert state.talk.turns[0].text == "My mail is <EMAIL>, why no refund?"


def test_a_conversation_has_its_most_turns(client: TestClient) -> None:
    answer = client.post("/v1/live/long", json={"turns": [{"speaker": "agent", "text": "."}] * 500})
    assert answer.status_code == 200
    assert client.post("/v1/live/long", json={"first": 500, "turns": SAID[:1]}).status_code == 422


def test_the_oldest_of_too_many_are_forgotten_and_nobody_sees_those_of_others() -> None:
    running = Running(most=2)
    for name in ("a", "b", "c"):
        running.put(("one", name), Talk(), {})
    assert [running.get(("one", name)) is None for name in ("a", "b", "c")] == [True, False, False]
    assert running.get(("other", "b")) is None
    running.put(("one", "b"), Talk(), {"intent": "none"})
    running.put(("one", "d"), Talk(), {})
    assert running.get(("one", "c")) is None
    assert running.get(("one", "b")).said == {"intent": "none"}  # type: ignore[union-attr]


def test_what_nobody_added_to_for_long_is_forgotten() -> None:
    running = Running(idle=-1)
    running.put(("one", "a"), Talk(embeddings=(np.zeros(4, np.float32),)), {})
    assert len(running) == 0


@pytest.mark.parametrize("body", [{"turns": []}, {"first": -1, "turns": SAID}, {"turns": SAID, "text": "x"}])
def test_what_cannot_be_meant_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post("/v1/live/a", json=body).status_code == 422
