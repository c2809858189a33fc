"""Every list: pages that go on by cursor, whatever comes in between; sorts, sparse fields, entity tags; and search."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nlp.conversation import Channel, Conversation, Speaker, Turn
from pipelines.stores import Store

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LISTS = (
    "/v1/conversations",
    "/v1/segments",
    "/v1/customers",
    "/v1/paths",
    "/v1/themes",
    "/v1/themes/t1/quotes",
    "/v1/themes/t1/history",
    "/v1/themes/t1/lineage",
    "/v1/stages",
    "/v1/stages/transitions",
    "/v1/intents",
    "/v1/taxonomies",
    "/v1/models",
    "/v1/runs",
    "/v1/quality",
    "/v1/edits",
    "/v1/search?q=thermostat",
)


def get(client: TestClient, path: str, **headers: str) -> Any:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def everything(client: TestClient, path: str | None) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while path:
        found = get(client, path)
        items, path = items + found["items"], found["next"]
    return items


def said(n: int, days: int) -> Conversation:
    turns = (Turn(0, Speaker.CUSTOMER, f"Where is parcel {n}?", MONDAY),)
    return Conversation(f"s:{n:02}", "s", Channel.CHAT, f"c{n:019}", MONDAY + timedelta(days=days), turns)


@pytest.mark.parametrize("path", LISTS)
def test_every_list_comes_whole_in_pages_of_one(client: TestClient, path: str) -> None:
    step = "&" if "?" in path else "?"
    whole = get(client, f"{path}{step}limit=20")["items"]
    one, place = [], f"{path}{step}limit=1"
    for _ in whole:
        found = get(client, place)
        one, place = one + found["items"], found["next"]
    assert one == whole


@pytest.mark.parametrize("path", LISTS)
def test_every_list_tells_the_fields_asked_for_alone(client: TestClient, path: str) -> None:
    step = "&" if "?" in path else "?"
    for item in get(client, path)["items"][:3]:
        name = next(iter(item))
        assert set(get(client, f"{path}{step}fields={name}&limit=1")["items"][0]) == {name}
    refused = client.get(f"{path}{step}fields=colour")
    assert refused.status_code in (200, 422)
    if refused.status_code == 200:
        assert refused.json()["items"] == []


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_of_another_list_or_none_is_refused(client: TestClient, path: str) -> None:
    step = "&" if "?" in path else "?"
    forged = [
        "abc",
        "é",
        "====",
        base64.urlsafe_b64encode(b"[1,2]").decode(),
        base64.urlsafe_b64encode(json.dumps(["0" * 12, "n", "x", "y"]).encode()).decode(),
    ]
    for cursor in forged:
        answer = client.get(path + step, params={"cursor": cursor} | ({"q": "refund"} if "search" in path else {}))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.cursor")


def test_a_cursor_goes_on_where_it_was_whatever_comes_or_goes_between(writable: TestClient) -> None:
    store: Store = writable.app.state.store  # type: ignore[attr-defined]
    store.conversations.put(said(n, days=n) for n in range(0, 10, 2))
    first = get(writable, "/v1/conversations?limit=2")
    store.conversations.put([said(99, days=99), said(3, days=3)])
    store.sweep.forget([said(6, 0).customer])  # the very one that the page ended with
    rest = everything(writable, first["next"])
    assert [item["id"] for item in first["items"] + rest] == ["s:08", "s:06", "s:04", "s:03", "s:02", "s:00"]


@pytest.mark.parametrize(
    ("path", "sort", "field"),
    [
        ("/v1/conversations", "started_at", "started_at"),
        ("/v1/segments", "-friction", "friction"),
        ("/v1/segments", "sentiment", "sentiment"),
        ("/v1/customers", "id", "id"),
        ("/v1/themes", "name", "name"),
        ("/v1/intents", "-conversations", "conversations"),
        ("/v1/stages/transitions", "-count", "count"),
    ],
)
def test_lists_are_sorted_as_asked_over_all_pages(client: TestClient, path: str, sort: str, field: str) -> None:
    items = everything(client, f"{path}?sort={sort}&limit=7")
    values = [item[field] for item in items]
    assert values == sorted(values, reverse=sort.startswith("-"))
    refused = client.get(f"{path}?sort=colour")
    assert (refused.status_code, sort in refused.json()["detail"]) == (422, True)


def test_conversations_sort_by_what_was_found_in_them(client: TestClient) -> None:
    items = everything(client, "/v1/conversations?sort=-friction&limit=7")
    values = [item["summary"]["friction"] for item in items]
    assert (len(values), values) == (60, sorted(values, reverse=True))


def test_segments_are_told_with_their_text_and_filtered_by_friction(client: TestClient) -> None:
    items = everything(client, "/v1/segments?friction=40&limit=50")
    assert items
    assert {item["friction"] >= 40 for item in items} == {True}
    id = items[0]["id"].replace("#", "%23")
    assert get(client, f"/v1/segments/{id}") == items[0]
    assert client.get("/v1/segments/zendesk:0%230:0").status_code == 404


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/v1/overview")
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    again = client.get("/v1/overview", headers={"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/v1/overview?channel=call", headers={"if-none-match": tag}).status_code == 200
    assert client.get("/v1/conversations").headers["cache-control"] == "no-store"


def test_an_edit_of_what_has_changed_since_is_refused(
    writable: TestClient, put_themes: Callable[[Store], None]
) -> None:
    store: Store = writable.app.state.store  # type: ignore[attr-defined]
    talk = {"id": "1", "started_at": "2026-03-02T09:00:00Z"}
    spoken = [
        talk | {"id": str(n), "turns": [{"speaker": "customer", "text": "I was charged twice, I am angry!"}]}
        for n in range(4)
    ]
    assert writable.post("/v1/conversations", json=spoken).status_code == 200
    put_themes(store)
    tag = writable.get("/v1/themes/t1").headers["etag"]
    edit = {"kind": "rename", "theme": "t1", "text": "Mine", "who": "Ada"}
    assert writable.post("/v1/edits", json=edit, headers={"if-match": tag}).status_code == 200
    late = writable.post("/v1/edits", json=edit | {"text": "Late"}, headers={"if-match": tag})
    assert (late.status_code, late.headers["content-type"]) == (412, "application/problem+json")
    assert get(writable, "/v1/themes/t1")["name"] == "Mine"
    assert writable.post("/v1/edits", json=edit, headers={"if-match": "*"}).status_code == 200


def test_intents_taxonomies_and_models_are_found_by_name(client: TestClient) -> None:
    counted = {row["intent"]: row["conversations"] for row in get(client, "/v1/overview")["intents"]}
    told = {row["name"]: row["conversations"] for row in everything(client, "/v1/intents?limit=5")}
    assert {name: n for name, n in told.items() if n} == {name: n for name, n in counted.items() if name in told}
    assert get(client, "/v1/intents/refund_status")["name"] == "refund_status"
    assert get(client, "/v1/taxonomies/support") == get(client, "/v1/taxonomies")["items"][0]
    name = get(client, "/v1/models")["items"][0]["name"]
    assert get(client, f"/v1/models/{name}")["name"] == name
    for path in ("/v1/intents/love", "/v1/taxonomies/sales", "/v1/models/none"):
        assert client.get(path).status_code == 404


def test_a_path_tells_where_a_customer_stands(client: TestClient) -> None:
    found = get(client, "/v1/paths?limit=3")["items"]
    for one in found:
        journey = get(client, f"/v1/customers/{one['id']}/journey")
        assert (one["stage"], one["path"]) == (journey["stage"], journey["path"])


@pytest.mark.parametrize("mode", ["text", "semantic", "both"])
def test_search_finds_and_marks_what_was_said(client: TestClient, mode: str) -> None:
    found = everything(client, f"/v1/search?q=thermostat&mode={mode}&limit=9")
    assert found
    for hit in found[:9]:
        turn = get(client, f"/v1/conversations/{hit['conversation']}")["turns"][hit["turn"]]
        assert turn["text"][hit["start"] : hit["end"]] == hit["text"]
    if mode == "text":
        words = {hit["text"][s["start"] : s["end"]].lower() for hit in found for s in hit["highlights"]}
        assert words <= {"thermostat", "thermostats"} != set()
    calls = get(client, f"/v1/search?q=thermostat&mode={mode}&channel=call")["items"]
    assert calls == []


def test_a_search_for_nothing_is_refused(client: TestClient) -> None:
    for asked in ("q=", "q=%3F%21", "", "q=a&mode=guess", "q=a&speaker=ghost", "q=a&stage=limbo"):
        assert client.get(f"/v1/search?{asked}").status_code == 422
