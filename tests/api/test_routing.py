"""POST /v1/intents:classify gives the intents of /v1/analyze and a queue by rules that people write."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.schemas.routing import Classified, RulesHistory, RulesOut
from nlp.routing import Routing, Rule
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator
from pipelines.routing import Router

TEXTS = [
    "Where is my refund? This is the third time I ask.",
    "Please cancel my subscription, I am done with you!",
    "thank you, it works now",
    "",
    "Wo bleibt mein Paket? Ich warte seit drei Wochen.",
    "the app crashes when I log in",
]
RULES: dict[str, Any] = {
    "default": "general",
    "who": "Ada",
    "note": "leavers first",
    "rules": [
        {"queue": "retention", "intents": ["subscription_cancel", "account_closure"], "min_confidence": 0.3},
        {"queue": "care", "max_sentiment": -0.5},
        {"queue": "translators", "languages": ["de"]},
        {"queue": "nobody", "intents": ["none"]},
    ],
}


def test_the_intents_are_those_of_the_whole_analysis(annotator: Annotator) -> None:
    whole = Analyst(annotator).texts(TEXTS, ["1"] * len(TEXTS))
    rules = Routing(rules=(Rule("q", max_sentiment=1.0, stages=("use",)),))
    for row, full in zip(Router(Analyst(annotator), rules).rows(TEXTS), whole, strict=True):
        for name in ("intent", "abstained", "doubt", "language", "stage"):
            assert row[name] == full[name], row
        assert row["confidence"] == pytest.approx(full["confidence"], abs=0.01)
        assert row["sentiment"] == pytest.approx(full["sentiment"], abs=0.01)
        assert [one["name"] for one in row["intents"]][:1] == [one["name"] for one in full["intents"]][:1]


def test_only_what_a_rule_asks_for_is_told(annotator: Annotator) -> None:
    analyst = Analyst(annotator)
    (bare,) = Router(analyst, Routing()).rows(TEXTS[:1])
    assert (bare["sentiment"], bare["stage"], bare["queue"], bare["rule"]) == (None, None, "general", None)
    (feels,) = Router(analyst, Routing(rules=(Rule("q", max_sentiment=-0.5),))).rows(TEXTS[:1])
    assert feels["sentiment"] < -0.5
    assert (feels["stage"], feels["queue"], feels["rule"]) == (None, "q", 1)


def test_rules_are_put_and_followed_at_once(writable: TestClient) -> None:
    before = writable.get("/v1/routing-rules")
    assert (before.json()["number"], before.json()["rules"], before.headers["etag"]) == (0, [], '"0"')
    put = writable.put("/v1/routing-rules", json=RULES)
    assert put.status_code == 200
    RulesOut.model_validate(put.json(), extra="forbid")
    assert (put.json()["number"], put.json()["who"], put.json()["note"]) == (1, "Ada", "leavers first")
    assert writable.get("/v1/routing-rules").json() == put.json()
    found = writable.post("/v1/intents:classify", json={"texts": TEXTS}).json()
    Classified.model_validate(found, extra="forbid")
    assert found["rules"] == 1
    assert [row["queue"] for row in found["results"]] == [
        "care",
        "retention",
        "nobody",
        "nobody",
        "translators",
        found["results"][5]["queue"],
    ]
    assert [row["id"] for row in found["results"]] == list("123456")


def test_every_version_is_kept_and_two_editors_do_not_undo_one_another(writable: TestClient) -> None:
    assert writable.put("/v1/routing-rules", json=RULES, headers={"if-match": '"0"'}).status_code == 200
    other = {"default": "people", "who": "Bo"}
    late = writable.put("/v1/routing-rules", json=other, headers={"if-match": '"0"'})
    assert late.status_code == 412
    assert "version 1" in late.json()["detail"]
    assert writable.put("/v1/routing-rules", json=other, headers={"if-match": '"1"'}).json()["number"] == 2
    page = writable.get("/v1/routing-rules/history?limit=1").json()
    RulesHistory.model_validate(page, extra="forbid")
    assert ([one["number"] for one in page["items"]], page["items"][0]["who"]) == ([2], "Bo")
    rest = writable.get(page["next"]).json()
    assert ([one["number"] for one in rest["items"]], rest["next"]) == ([1], None)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"queue": "a", "intents": ["refunds"]}, "rules.1.intents: 'refunds' is not known"),
        ({"queue": "a", "stages": ["nowhere"]}, "rules.1.stages: 'nowhere' is not known"),
        ({"queue": "a", "min_confidence": 60}, "min_confidence = 60"),
        ({"queue": ""}, "the name of a queue expected"),
        ({"queue": "a", "intent": "none"}, "no such field here"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(client: TestClient, rule: dict[str, Any], why: str) -> None:
    before = client.get("/v1/routing-rules").json()
    answer = client.put("/v1/routing-rules", json={"rules": [rule]})
    assert answer.status_code == 422
    assert why in answer.json()["detail"]
    assert client.get("/v1/routing-rules").json() == before


@pytest.mark.parametrize("body", [{}, {"text": "a", "texts": ["b"]}, {"texts": []}, {"texts": ["a"] * 257}])
def test_what_cannot_be_classified_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post("/v1/intents:classify", json=body).status_code == 422
