"""Search, quality and settings: what their pages show, and what may be changed by whom."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.dashboard.search import shown
from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.routing import Routing
from pipelines import api_keys
from pipelines.annotate import Annotator
from pipelines.search import Hit
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Run, RunInput, Store

HOSTILE = "</script><script>alert(1)</script> the kettle <b>exploded</b>"
AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
PAGE = {"accept": "text/html"}


@pytest.fixture
def store(tmp_path: Path, put_leavers: Callable[[Store], None]) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        put_leavers(opened)
        yield opened


def served(over: Store, annotator: Annotator, **settings: object) -> TestClient:
    return TestClient(create_app(over, Settings(**settings), annotator), base_url="http://localhost", headers=PAGE)


@pytest.fixture
def client(store: Store, annotator: Annotator) -> TestClient:
    return served(store, annotator)


def token(client: TestClient) -> dict[str, str]:
    (first, *_) = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/settings").text)
    return {"csrf_token": first}


def test_what_was_said_is_found_marked_and_stays_text(client: TestClient, store: Store) -> None:
    talk = Conversation("s:kettle", "s", Channel.CHAT, "c000", AT, (Turn(0, Speaker.CUSTOMER, HOSTILE, AT),))
    store.conversations.put([talk])
    page = client.get("/search?q=kettle").text
    assert "the <mark>kettle</mark> &lt;b&gt;" in page
    assert "<script>alert" not in page
    assert "/conversations/s:kettle" in page


def test_themes_and_intents_are_found_by_name_and_customers_by_their_pseudonym(client: TestClient) -> None:
    assert 'href="/themes/t1"' in client.get("/search?q=heater").text
    assert "/conversations?intent=billing_dispute" in client.get("/search?q=Billing").text
    assert "/customers/c042" in client.get("/search?q=c04").text


def test_what_is_found_is_marked_but_not_where_it_is_all_and_cuts_are_told() -> None:
    whole = Hit(
        "c:1", 0, Speaker.CUSTOMER, AT, Channel.CHAT, "", "<EMAIL> broke", 9, 22, ((0, 13),), 0.8, ("semantic",)
    )
    assert shown(whole)["html"] == '…<span class="masked" title="Masked: email">email</span> broke'
    part = replace(whole, start=0, highlights=((8, 13),))
    assert str(shown(part)["html"]).endswith("</span> <mark>broke</mark>")


def test_a_question_that_asks_nothing_is_told(client: TestClient) -> None:
    answer = client.get('/search?q="?!"')
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


def test_quality_tells_coverage_runs_and_what_died(store: Store, annotator: Annotator, tmp_path: Path) -> None:
    letters = tmp_path / "dead.jsonl"
    letter = {"file": "a.jsonl", "record": 3, "field": "at", "reason": "no time", "value": "<i>##"}
    letters.write_text(json.dumps(letter) + "\nnot json\n" + json.dumps(letter) + "\n", "utf-8")
    store.runs.put(Run("run-1", AT, status="running", counts={"read": 1234}, beat_at=AT))
    store.runs.put_inputs(
        [RunInput("run-1", 1, "a.jsonl", "zendesk", seconds=1.0), RunInput("run-1", 2, "b.jsonl", "zendesk")]
    )
    page = served(store, annotator, dead_letters=letters).get("/quality").text
    assert "1 of 2" in page
    assert '<progress max="2" value="1"' in page
    assert "1,234" in page
    assert re.search(r"at: no time</th><td class=\"n\">2<", page)
    assert "&lt;i&gt;##" in page
    assert "Intent, gold set" in page


def test_routing_rules_are_put_by_their_door_and_bad_ones_are_told_beside_what_was_written(
    client: TestClient, store: Store
) -> None:
    rules = {"default": "general", "rules": [{"queue": "retention", "intents": ["billing_dispute"]}]}
    form = {"rules": json.dumps(rules), "who": "Ada", "note": "Leavers", "after": "0"} | token(client)
    assert "retention" in client.post("/settings/routing", data=form).text
    assert store.routing.current().routing == Routing.of(rules)
    for text, why in (("{", "not valid JSON"), ('{"rules": [{"queue": "a", "intents": ["nope"]}]}', "nope")):
        answer = client.post("/settings/routing", data=form | {"rules": text})
        assert answer.status_code == 400
        assert why in answer.text
        assert f">{text.replace(chr(34), '&#34;')}</textarea>" in answer.text
    assert store.routing.last() == 1


def test_rules_that_somebody_else_has_changed_meanwhile_are_not_overwritten(client: TestClient, store: Store) -> None:
    form = {"rules": '{"default": "mine"}', "who": "Ada", "note": "", "after": "0"} | token(client)
    store.routing.put(Routing("theirs"), at=AT, who="Ben")
    assert client.post("/settings/routing", data=form).status_code == 400
    assert store.routing.current().routing.default == "theirs"


def test_a_key_is_told_once_and_can_be_taken_back(client: TestClient, store: Store) -> None:
    page = client.post("/settings/keys", data={"name": "BI", "scopes": ["read"], "days": "30"} | token(client)).text
    told = re.findall(r"fk_[0-9a-f]{12}_[\w-]+", page)[0]
    key = api_keys.known(store, told, datetime.now(UTC))
    assert key.scopes == ("read",)
    assert told not in client.get("/settings").text
    client.post("/settings/keys/revoke", data={"id": key.id} | token(client))
    assert api_keys.known(store, told, datetime.now(UTC)) is None


def test_a_key_without_a_scope_is_refused_with_those_there_are(client: TestClient) -> None:
    answer = client.post("/settings/keys", data={"name": "BI"} | token(client))
    assert answer.status_code == 400
    assert "classify" in answer.text


def test_secrets_of_the_settings_are_not_shown(store: Store, annotator: Annotator) -> None:
    page = (
        served(store, annotator, key="sesame", namer_key="hush", store="postgresql://me:geheim@db/x")
        .get("/settings")
        .text
    )
    assert not {"sesame", "hush", "geheim"} & set(re.findall(r"\w+", page))
    assert "FRICTIONARY_NAMER_KEY" in page
