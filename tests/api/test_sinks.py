"""Sinks by the API, and the AsyncAPI document: valid, current, and true of what the pipeline tells."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient
from jsonschema import Draft7Validator, FormatChecker

from api.asyncapi import document, schema
from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.themes.edits import Edit
from nlp.themes.lineage import Fact
from pipelines.annotate import Annotator, annotate
from pipelines.edits import edit
from pipelines.messages import KINDS, ThemeEmerging, message
from pipelines.online import refresh
from pipelines.settings import ROOT
from pipelines.stores import open_store
from pipelines.stores.protocols.outbox import Held, Progress

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SPECIFICATION = json.loads((Path(__file__).parent / "asyncapi-3.0.0.json").read_text("utf-8"))


def test_the_document_is_valid_asyncapi_and_the_file_is_current() -> None:
    checker = Draft7Validator(SPECIFICATION)
    assert [error.message for error in checker.iter_errors(document())] == []
    assert list(checker.iter_errors(document() | {"channels": 1}))
    file = (ROOT / "docs" / "asyncapi.yaml").read_text("utf-8")
    assert yaml.safe_load(file) == document(), "make asyncapi writes it anew"


def test_every_kind_is_documented() -> None:
    page = (ROOT / "docs" / "events.md").read_text("utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_schemas_and_refuse_what_is_none_of_theirs(kind: str) -> None:
    Draft7Validator.check_schema(schema(kind))
    assert list(Draft7Validator(schema(kind)).iter_errors({"type": kind, "data": {}}))


def test_what_the_pipeline_tells_is_as_the_schemas_say(
    tmp_path: Path, annotator: Annotator, put_themes: object
) -> None:
    told = (Turn(0, Speaker.CUSTOMER, "My parcel is late again and nobody answers. I will cancel.", AT),)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        store.outbox.subscribe("all", AT)
        store.conversations.put(Conversation(f"s:{n}", "s", Channel.CHAT, f"c{n}", AT, told) for n in range(3))
        annotate(store, annotator)
        refresh(store, annotator.taxonomy)
        put_themes(store)
        facts = [
            Fact("first", AT, id, kind) for id, kind in [("t1", "continued"), ("t8", "merged into"), ("t9", "died")]
        ]
        themes = store.themes.found()
        store.themes.put("first", themes, [], store.signals.bearing(101.0)[2].reshape(0, 2), facts=facts)
        edit(store, Edit(0, AT, "kim", "rename", "t1", text="Late parcels"))
        emerging = ThemeEmerging("Late parcels", "week", 1, 2.5, 0.01)
        store.outbox.move({"t1": "emerging"}, {"t1": message("theme.emerging", emerging, subject="t1")})
        store.sweep.forget(["c1"])
        found = store.outbox.fresh("all", limit=1000)
    assert {m.kind for m in found} == set(KINDS)
    for told_one in found:
        errors = Draft7Validator(schema(told_one.kind), format_checker=FormatChecker()).iter_errors(told_one.told())
        assert [f"{told_one.kind}: {error.message}" for error in errors] == []


def test_sinks_are_listed_and_told_again(writable: TestClient) -> None:
    assert writable.get("/v1/sinks").json() == []
    box = writable.app.state.store.outbox
    box.subscribe("crm", AT)
    writable.app.state.store.edits.add(Edit(0, AT, "kim", "note", "t1", text="x"))
    (one,) = box.fresh("crm", limit=9)
    box.settle("crm", "", Progress(0, one.number, AT, held=[Held(one, 10, AT, "answered 422", dead=True)], error="no"))
    (sink,) = writable.get("/v1/sinks").json()
    assert (sink["name"], sink["waiting"], sink["dead"], sink["served"]) == ("crm", 0, 1, False)
    assert "frictionary_outbox_dead 1.0" in writable.get("/metrics").text
    assert writable.post("/v1/sinks/crm:replay", json={}).json() == {"messages": 1}
    assert "frictionary_outbox_waiting 1.0" in writable.get("/metrics").text
    assert writable.get("/v1/sinks").json()[0]["waiting"] == 1
    assert writable.post("/v1/sinks/crm:replay", json={"since": "2026-03-01T00:00:00Z"}).json() == {"messages": 1}
    assert writable.post("/v1/sinks/none:replay", json={}).status_code == 404
    assert writable.post("/v1/sinks/crm:replay", json={"since": "yesterday"}).status_code == 422
    assert writable.post("/v1/sinks/crm:replay", json={"since": "2026-03-01T00:00:00"}).status_code == 422


def test_the_document_is_served(client: TestClient) -> None:
    assert client.get("/v1/asyncapi.json").json() == document()
