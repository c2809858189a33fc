"""Keys by the API and by the command line, and the audit log of what is done with them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.app import create_app
from api.commands import group
from api.commands.serve import tell_first_key
from nlp.errors import NotFound
from pipelines import api_keys
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import Store, open_store

TALK = {
    "id": "7",
    "channel": "chat",
    "customer": "email:ada@example.com",
    "started_at": "2026-10-05T09:30:00Z",
    "turns": [{"speaker": "customer", "text": "My refund has not come."}],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/own.db") as opened:
        yield opened


@pytest.fixture
def admin(store: Store, settings: Settings, annotator: Annotator) -> TestClient:
    token = api_keys.create(store, "root", ["admin"], by="test", at=datetime.now(UTC))[1]
    app = create_app(store, replace(settings, store=store.url, auth="required"), annotator)
    return TestClient(app, base_url="https://x.example", headers={"authorization": f"Bearer {token}"})


def shows(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def lines(client: TestClient, **asked: Any) -> list[tuple[str, str, str]]:
    found = client.get("/v1/audit", params=asked).json()["items"]
    return [(line["what"], line["subject"], line["who"]) for line in found]


def test_a_key_is_made_turned_and_taken_back(admin: TestClient) -> None:
    made = admin.post("/v1/keys", json={"name": "BI", "scopes": ["read"], "days": 1})
    assert made.status_code == 201
    id, first = made.json()["id"], made.json()["key"]
    assert admin.get("/v1/overview", headers=shows(first)).status_code == 200
    second = admin.post(f"/v1/keys/{id}:rotate", json={"grace_hours": 1}).json()["key"]
    third = admin.post(f"/v1/keys/{id}:rotate").json()["key"]
    answers = [admin.get("/v1/overview", headers=shows(token)).status_code for token in (third, second, first)]
    assert answers == [200, 200, 401]
    assert admin.post(f"/v1/keys/{id}:revoke").json()["revoked_at"]
    assert admin.post(f"/v1/keys/{id}:rotate").status_code == 422
    assert admin.post("/v1/keys/none:revoke").status_code == 404


def test_a_list_of_keys_tells_no_secret(admin: TestClient) -> None:
    made = admin.post("/v1/keys", json={"name": "BI", "scopes": ["edit", "read"]}).json()
    found = admin.get("/v1/keys")
    assert [key["name"] for key in found.json()] == ["root", "BI"]
    assert found.json()[1]["scopes"] == ["read", "edit"]
    assert found.json()[1]["created_by"].startswith("key:")
    assert made["key"].removeprefix(f"fk_{made['id']}_") not in found.text
    assert "digest" not in found.text


@pytest.mark.parametrize(
    "wrong",
    [{"scopes": []}, {"scopes": ["write"]}, {"name": ""}, {"name": "n" * 101}, {"days": 0}, {"rate": -1}, {"admin": 1}],
)
def test_a_key_that_cannot_be_is_refused_by_its_field(admin: TestClient, wrong: dict[str, Any]) -> None:
    answer = admin.post("/v1/keys", json={"name": "x", "scopes": ["read"], **wrong})
    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.json()["errors"][0]["field"]
    assert len(admin.get("/v1/keys").json()) == 1


def test_a_key_that_asks_too_often_waits(admin: TestClient) -> None:
    token = admin.post("/v1/keys", json={"name": "x", "scopes": ["read"], "rate": 2}).json()["key"]
    first, second, third = (admin.get("/v1/taxonomy", headers=shows(token)) for _ in range(3))
    assert [answer.headers["ratelimit-remaining"] for answer in (first, second, third)] == ["1", "0", "0"]
    assert [answer.status_code for answer in (first, second, third)] == [200, 200, 429]
    assert 1 <= int(third.headers["retry-after"]) <= 30
    assert third.json()["detail"].startswith("more than 2 requests a minute")
    assert admin.get("/v1/taxonomy").status_code == 200


def test_a_key_that_has_used_up_its_day_waits_for_the_next(admin: TestClient) -> None:
    token = admin.post("/v1/keys", json={"name": "x", "scopes": ["read"], "rate": 0, "quota": 1}).json()["key"]
    assert admin.get("/v1/taxonomy", headers=shows(token)).status_code == 200
    answer = admin.get("/v1/taxonomy", headers=shows(token))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 86_400


def test_each_read_of_people_and_each_change_is_a_line_with_who_and_what(admin: TestClient) -> None:
    made = admin.post("/v1/keys", json={"name": "CRM", "scopes": ["read", "ingest"]}).json()
    who, key = f"key:{made['id']}", shows(made["key"])
    assert admin.post("/v1/conversations?source=shop", json=TALK, headers=key).status_code == 200
    read = admin.get("/v1/conversations/shop:7", headers={**key, "x-request-id": "asked-by-me-1"})
    customer = read.json()["customer"]
    admin.get(f"/v1/customers/{customer}/journey", headers=key)
    admin.get("/conversations/shop:7", headers=key)
    admin.get("/v1/overview", headers=key)
    admin.get("/v1/conversations/shop:none", headers=key)
    admin.get("/v1/keys", headers=key)
    assert lines(admin, who=who) == [
        ("conversation.read", "shop:7", who),
        ("customer.read", customer, who),
        ("conversation.read", "shop:7", who),
        ("conversations.take", "", who),
    ]
    found = admin.get("/v1/audit", params={"what": "conversation", "subject": "shop:7"}).json()["items"]
    assert found[1]["request"] == "asked-by-me-1"
    assert lines(admin, what="key")[-1][:2] == ("key.create", made["id"])
    assert made["key"] not in json.dumps(admin.get("/v1/audit").json())


def test_an_answer_with_a_secret_is_not_kept_to_be_given_again(admin: TestClient, store: Store) -> None:
    asked = {"json": {"name": "x", "scopes": ["read"]}, "headers": {"idempotency-key": "once"}}
    answer = admin.post("/v1/keys", **asked)
    assert answer.status_code == 422
    assert "secret" in answer.json()["detail"]
    assert len(store.api_keys.all()) == 1


def test_a_change_that_is_asked_again_is_one_line(admin: TestClient) -> None:
    for _ in range(2):
        assert admin.post("/v1/conversations?source=s", json=TALK, headers={"idempotency-key": "a"}).status_code == 200
    assert len(lines(admin, what="conversations.take")) == 1


def test_what_another_key_has_asked_is_not_given_to_this_one(admin: TestClient) -> None:
    other = shows(admin.post("/v1/keys", json={"name": "x", "scopes": ["ingest"]}).json()["key"])
    mine = admin.post("/v1/conversations?source=s", json=TALK, headers={"idempotency-key": "a"})
    changed = {**TALK, "id": "8"}
    theirs = admin.post("/v1/conversations?source=s", json=changed, headers={"idempotency-key": "a", **other})
    assert (mine.json()["ids"], theirs.json()["ids"]) == (["s:7"], ["s:8"])
    assert "idempotency-replayed" not in theirs.headers


def test_the_audit_log_is_paged_and_its_reading_is_a_line_itself(admin: TestClient) -> None:
    for _ in range(3):
        admin.post("/v1/keys", json={"name": "x", "scopes": ["read"]})
    first = admin.get("/v1/audit", params={"limit": 2, "what": "key"}).json()
    second = admin.get(first["next"]).json()
    assert [line["number"] for line in first["items"] + second["items"]] == [3, 2, 1]
    assert second["next"] is None
    assert lines(admin, what="audit.read", limit=1)[0][0] == "audit.read"
    assert admin.get("/v1/audit", params={"until": "2026-01-01"}).json()["items"] == []


def test_the_command_line_makes_keys_that_the_api_knows(admin: TestClient, store: Store) -> None:
    def call(*arguments: str) -> Any:
        return CliRunner().invoke(group, [*arguments, "--store", store.url])

    made = call("keys", "create", "CRM", "--scope", "read", "--who", "kim")
    token, id = made.stdout.strip(), api_keys.id_of(made.stdout.strip())
    assert admin.get("/v1/overview", headers=shows(token)).status_code == 200
    assert "told this once" in made.stderr
    again = json.loads(call("keys", "rotate", id, "--json").stdout)["key"]
    assert admin.get("/v1/taxonomy", headers=shows(again)).status_code == 200
    listed = call("keys", "list").stdout
    assert f"{id}  lives  CRM  read  without end  used" in listed
    assert "revoked" in call("keys", "revoke", id).stdout
    told = json.loads(call("audit", "--what", "key", "--json").stdout)
    assert [(line["what"], line["who"]) for line in told][-1] == ("key.create", "kim")
    assert [line["what"] for line in told] == ["key.revoke", "key.rotate", "key.create"]
    assert "key.create" in call("audit", "--who", "kim").stdout
    output = listed + call("keys", "list", "--json").stdout + call("audit").stdout
    assert token.removeprefix(f"fk_{id}_") not in output
    assert isinstance(call("keys", "revoke", "none").exception, NotFound)


def test_the_first_start_prints_an_admins_key_once(
    store: Store, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_first_key(store, replace(settings, auth="required"))
    told = capsys.readouterr().out
    key = api_keys.known(store, told.split()[-1], datetime.now(UTC))
    assert key is not None
    assert key.scopes == ("admin",)
    (line,) = store.audits.page()
    assert (line.what, line.subject, line.who) == ("key.create", key.id, "first start")
    tell_first_key(store, settings)
    assert capsys.readouterr().out == ""
