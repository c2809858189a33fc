"""What the API answers: pages, filters, journeys, and that every documented example works."""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nlp.themes.proposals import Proposal
from pipelines import api_keys
from pipelines.settings import ROOT
from pipelines.stores import Store

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def get(client: TestClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def everything(client: TestClient, path: str) -> list[dict]:
    """All items, page after page."""
    items: list[dict] = []
    while path:
        found = get(client, path)
        items, path = items + found["items"], found["next"]
    return items


def operations(client: TestClient) -> dict[str, dict]:
    found = get(client, "/openapi.json")["paths"]
    return {f"{method.upper()} {path}": told for path, methods in found.items() for method, told in methods.items()}


# reading


def test_health_names_the_models_and_the_run_that_discovered_the_themes(client: TestClient) -> None:
    found = get(client, "/health")
    assert (found["status"], found["store"], found["themes"]) == ("ok", "ok", "first")
    assert found["models"]["encoder"].startswith("minilm")


def test_pages_of_conversations_hold_each_one_once_newest_first(client: TestClient) -> None:
    items = everything(client, "/v1/conversations?limit=7")
    assert len({item["id"] for item in items}) == len(items) == get(client, "/v1/overview")["conversations"]
    assert [item["started_at"] for item in items] == sorted((item["started_at"] for item in items), reverse=True)


def test_filters_leave_what_fulfils_them_and_the_next_page_keeps_them(client: TestClient) -> None:
    intent = get(client, "/v1/overview")["intents"][0]["intent"]
    items = everything(client, f"/v1/conversations?limit=2&intent={intent}&since=2026-05-15")
    assert items
    assert {item["summary"]["intent"] for item in items} == {intent}
    assert min(item["started_at"] for item in items) >= "2026-05-15"
    assert everything(client, "/v1/conversations?until=2026-05-01") == []
    assert everything(client, "/v1/conversations?channel=call") == []
    assert len(everything(client, "/v1/conversations?source=zendesk&limit=200")) == 60


def test_a_conversation_shows_its_turns_and_the_words_behind_its_figures(client: TestClient) -> None:
    for head in everything(client, "/v1/conversations?limit=200"):
        found = get(client, f"/v1/conversations/{head['id']}")
        assert found["summary"] == head["summary"]
        assert found["summary"]["intent"] not in found["secondary"]
        assert (found["course"]["customer"]["overall"] is None) == (not found["findings"])
        assert found["course"]["agent"] is None
        for finding in found["findings"]:
            said = found["turns"][finding["turn"]]["text"][finding["start"] : finding["end"]]
            assert all(said[e["start"] : e["end"]] == e["words"] for e in finding["evidence"])
    assert any(f["evidence"] for f in found["findings"]) or found["turns"]


def test_times_are_utc_with_a_z(client: TestClient) -> None:
    head = get(client, "/v1/conversations?limit=1")["items"][0]
    assert TIME.fullmatch(head["started_at"])
    assert all(TIME.fullmatch(run["started_at"]) for run in get(client, "/v1/runs")["items"])


def test_a_run_tells_its_files_with_their_hashes_and_what_they_brought(client: TestClient) -> None:
    newest = get(client, "/v1/runs")["items"][0]
    found = get(client, f"/v1/runs/{newest['id']}")
    assert found["status"] == "done"
    assert all(len(one["sha256"]) == 64 and one["size"] for one in found["inputs"])
    assert sum(one["counts"].get("read", 0) for one in found["inputs"]) == found["counts"]["read"]
    assert client.get("/v1/runs/none").status_code == 404


def test_themes_are_ranked_by_pain_and_each_has_its_weeks_and_quotes(client: TestClient) -> None:
    ranked = get(client, "/v1/themes")["items"]
    assert [theme["pain"] for theme in ranked] == sorted((theme["pain"] for theme in ranked), reverse=True)
    for theme in ranked:
        found = get(client, f"/v1/themes/{theme['id']}")
        assert sum(week["segments"] for week in found["trend"]) == theme["segments"]
        quotes = everything(client, f"/v1/themes/{theme['id']}/quotes?limit=9")
        assert len({(q["conversation"], q["id"]) for q in quotes}) == len(quotes) == theme["segments"]
        assert {q["theme"] for q in quotes} == {theme["id"]}
        named = {e["value"] for q in quotes for e in q["entities"]}
        assert found["entities"]
        assert {row["name"] for row in found["entities"]} <= named


def test_a_theme_without_conversations_in_the_filter_has_no_figures(client: TestClient) -> None:
    found = get(client, "/v1/themes/t1?until=2020-01-01")
    assert (found["name"], found["segments"], found["friction"], found["trend"]) == (
        "Delivery <b>late</b>",
        0,
        None,
        [],
    )


def test_a_theme_tells_what_became_of_it(client: TestClient) -> None:
    born, split = get(client, "/v1/themes/t1/history")["items"]
    assert (born["theme"], born["kind"], born["since"], born["discoveries"]) == (
        "t1",
        "born",
        "2026-11-01T00:00:00Z",
        1,
    )
    assert (split["theme"], split["kind"], split["other"], split["share"]) == ("t2", "split from", "t1", 0.6)
    (again,) = get(client, "/v1/themes/t2/history")["items"]
    assert again | {"id": split["id"]} == split


def test_themes_are_told_as_they_were_known_before_a_moment(client: TestClient) -> None:
    now = get(client, "/v1/themes/known?at=2026-11-02")
    assert (now["run"], now["unassigned"]) == ("first", 0)
    assert {theme["id"]: theme["size"] for theme in now["themes"]} == {
        theme["id"]: theme["segments"] for theme in get(client, "/v1/themes")["items"]
    }
    before = get(client, "/v1/themes/known?at=2026-10-31")
    assert (before["run"], before["themes"], before["unassigned"]) == (None, [], 0)


def test_a_group_in_no_theme_is_proposed(writable: TestClient, put_themes: Callable[[Store], None]) -> None:
    own: Store = writable.app.state.store  # type: ignore[attr-defined]
    assert get(writable, "/v1/themes/proposals")["items"] == []
    writable.post("/v1/conversations", json=[thread(str(n)) for n in range(6)])
    put_themes(own)
    ids = list(own.themes.members())
    for id in ids[:5]:
        edit = {"kind": "move", "segments": [id], "who": "Ada"}
        assert writable.post("/v1/edits", json=edit).status_code == 200
    assert get(writable, "/v1/themes/proposals")["items"] == []  # what people moved out is no news
    own.proposals.put("first", [Proposal(NOW, tuple(ids[:5]), 5, ("refund",))])
    (found,) = get(writable, "/v1/themes/proposals")["items"]
    assert (found["segments"], found["fresh"], found["terms"]) == (ids[:5], 5, ["refund"])
    assert "refund" in found["quotes"][0]


def test_stages_come_in_the_journeys_order(client: TestClient) -> None:
    names = [stage["name"] for stage in get(client, "/v1/taxonomy")["stages"]]
    assert [stage["stage"] for stage in get(client, "/v1/stages")["items"]][: len(names)] == names
    assert all({"from", "to", "count", "share"} <= set(move) for move in get(client, "/v1/stages/transitions")["items"])


def test_a_journey_tells_conversations_and_events_in_order_of_time(client: TestClient) -> None:
    customers = everything(client, "/v1/customers?limit=20")
    assert len({c["id"] for c in customers}) == len(customers)
    journey = get(client, f"/v1/customers/{customers[0]['id']}/journey")
    assert {entry["kind"] for entry in journey["entries"]} == {"conversation", "event"}
    assert [e["at"] for e in journey["entries"]] == sorted(e["at"] for e in journey["entries"])


def test_features_are_what_was_known_before_the_moment(client: TestClient) -> None:
    customer = get(client, "/v1/customers?limit=1")["items"][0]
    before, after = (
        get(client, f"/v1/customers/{customer['id']}/features?at={at}")
        for at in ("2026-01-01", "2026-12-01T01:00:00%2B01:00")
    )
    assert before["features"]["conversations"] == 0
    assert after["features"]["conversations"] == customer["conversations"]
    assert after["at"] == "2026-12-01T00:00:00Z"


# editing


@pytest.fixture
def themed(writable: TestClient, put_themes: Callable[[Store], None]) -> TestClient:
    """A conversation and the two themes; what is written here is written nowhere else."""
    said = [thread(str(n)) for n in range(4)]
    assert writable.post("/v1/conversations", json=said).status_code == 200
    put_themes(writable.app.state.store)  # type: ignore[attr-defined]
    return writable


def test_an_edit_is_posted_shown_and_undone(themed: TestClient) -> None:
    added = themed.post("/v1/edits", json={"kind": "rename", "theme": "t1", "text": "Mine", "who": "Ada"})
    assert added.status_code == 200, added.text
    assert (added.json()["number"], added.json()["counts"], added.json()["conflict"]) == (1, True, "")
    assert get(themed, "/v1/themes/t1")["name"] == "Mine"
    note = {"kind": "note", "theme": "t1", "text": "Look.", "who": "Ada"}
    assert themed.post("/v1/edits", json=note).status_code == 200
    assert get(themed, "/v1/themes/t1")["notes"][0]["text"] == "Look."
    themed.post("/v1/edits", json={"kind": "undo", "undoes": 1, "who": "Ada"})
    assert get(themed, "/v1/themes/t1")["name"] == "Delivery <b>late</b>"
    log = get(themed, "/v1/edits?theme=t1")["items"]
    assert [(row["kind"], row["counts"]) for row in log] == [("note", True), ("rename", False)]
    assert [row["kind"] for row in get(themed, "/v1/edits")["items"]] == ["undo", "note", "rename"]


def test_a_quote_moves_by_its_id_and_a_hidden_theme_leaves_the_list(themed: TestClient) -> None:
    (quote, *_) = get(themed, "/v1/themes/t2/quotes")["items"]
    segment = f"{quote['conversation']}#{quote['id']}"
    moved = {"kind": "move", "theme": "t1", "segments": [segment], "who": "Ada"}
    assert themed.post("/v1/edits", json=moved).status_code == 200
    assert segment in [f"{q['conversation']}#{q['id']}" for q in get(themed, "/v1/themes/t1/quotes")["items"]]
    assert themed.post("/v1/edits", json={"kind": "hide", "theme": "t1", "who": "Ada"}).status_code == 200
    assert [theme["id"] for theme in get(themed, "/v1/themes")["items"]] == ["t2"]
    hidden = get(themed, "/v1/themes/t1")
    assert (hidden["hidden"], hidden["segments"]) == (True, 3)


def test_what_is_merged_is_served_as_one(themed: TestClient) -> None:
    text = thread("0")["turns"][0]["text"]
    assert (
        themed.post("/v1/edits", json={"kind": "merge", "theme": "t2", "other": "t1", "who": "Ada"}).status_code == 200
    )
    assert analyze(themed, {"text": text})["results"][0]["theme"] == "t1"
    themed.post("/v1/conversations", json=thread("new"))
    assert get(themed, "/v1/conversations/threads:new")["findings"][0]["theme"] == "t1"


def test_who_edits_is_the_name_given_or_that_of_the_password(themed: TestClient) -> None:
    pin = {"kind": "pin", "theme": "t1"}
    refused = themed.post("/v1/edits", json=pin)
    assert (refused.status_code, "who" in refused.json()["detail"]) == (422, True)
    _, token = api_keys.create(themed.app.state.store, "desk", ["edit"], by="test", at=datetime.now(UTC))
    assert themed.post("/v1/edits", json=pin, auth=("Ada", token)).json()["who"] == "Ada"
    assert themed.post("/v1/edits", json=pin | {"who": "Ben"}, auth=("Ada", token)).json()["who"] == "Ben"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "pin", "theme": "t9"}, 404),
        ({"kind": "undo", "undoes": 7}, 404),
        ({"kind": "paint", "theme": "t1"}, 422),
        ({"kind": "rename", "theme": "t1"}, 422),
        ({"kind": "pin", "theme": "t1", "colour": "red"}, 422),
    ],
)
def test_an_edit_that_cannot_be_is_refused_and_leaves_the_log_empty(
    themed: TestClient, body: dict[str, Any], status: int
) -> None:
    assert themed.post("/v1/edits", json=body | {"who": "Ada"}).status_code == status
    assert get(themed, "/v1/edits")["items"] == []


# analysing


def analyze(client: TestClient, body: dict) -> dict:
    answer = client.post("/v1/analyze", json=body)
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()
    return found


def test_analyze_masks_places_in_a_theme_and_stores_nothing(client: TestClient) -> None:
    before = get(client, "/v1/overview")
    text = "third time I ask, mail me at ada@example.com: where is my refund? You charged me twice"
    (found,) = analyze(client, {"text": text, "evidence": True})["results"]
    assert found["theme"] in ("t1", "t2")
    assert found["language"] == "en"
    assert {"kind": "effort", "start": 0, "end": 10, "words": "third time"} in found["evidence"]
    assert get(client, "/v1/overview") == before


def test_analyze_tells_what_a_text_names_with_places_in_the_masked_text(client: TestClient) -> None:
    (found,) = analyze(client, {"text": "ada@example.com paid £40 on Friday for order AB-44178"})["results"]
    assert found["entities"] == [
        {"type": "amount", "start": 13, "end": 16, "words": "£40", "value": "40 GBP"},
        {"type": "date", "start": 20, "end": 26, "words": "Friday", "value": "Friday"},
        {"type": "order_number", "start": 37, "end": 45, "words": "AB-44178", "value": "AB-44178"},
    ]
    turns = [{"speaker": "customer", "text": "Hello. " + "I am waiting here. " * 16 + "You took £40 from me."}]
    rows = analyze(client, {"conversation": {"turns": turns}})["results"]
    assert [e["words"] for row in rows for e in row["entities"]] == ["£40"]


def test_texts_are_answered_in_order_and_alone_as_together(client: TestClient) -> None:
    texts = ["where is my parcel?", "thank you so much, that works", ""]
    together = analyze(client, {"texts": texts})["results"]
    assert [found["id"] for found in together] == ["1", "2", "3"]
    assert [found["intent"] for found in together] == [
        analyze(client, {"text": text})["results"][0]["intent"] for text in texts
    ]
    assert together[1]["theme"] is None
    assert "evidence" not in together[0]


def test_names_are_masked_where_asked_for(client: TestClient) -> None:
    said = {
        "channel": "chat",
        "turns": [{"speaker": "customer", "text": "My name is Ada Lovelace, I wrote twice and nobody has replied"}],
    }
    plain, masked = (
        analyze(client, {"conversation": said, "names": names, "evidence": True})["results"][0]
        for names in (False, True)
    )
    assert plain["end"] > masked["end"]
    assert [e["words"] for e in plain["evidence"]] == [e["words"] for e in masked["evidence"]] != []


def test_a_conversation_gets_a_summary_of_what_its_customer_said(client: TestClient) -> None:
    turns = [
        {"speaker": "customer", "text": "I was charged twice for my order."},
        {"speaker": "agent", "text": "I want to cancel my account and I never buy here again!"},
    ]
    found = analyze(client, {"conversation": {"channel": "chat", "turns": turns}})
    assert [result["turn"] for result in found["results"]] == [0]
    assert found["summary"]["leaving"] < 0.05
    assert found["summary"]["language"] == "en"
    assert (found["course"]["customer"]["quarters"][1:], found["course"]["agent"]) == ([None] * 3, None)
    both = analyze(client, {"conversation": {"channel": "chat", "turns": turns}, "agent": True})
    assert both["course"]["agent"]["overall"] == both["course"]["agent"]["quarters"][2] < 0
    silent = analyze(client, {"conversation": {"turns": turns[1:]}})
    assert (silent["results"], silent["summary"]["intent"]) == ([], "none")


def test_explanations_come_on_request_with_their_places_up_to_a_length(client: TestClient) -> None:
    said = "I wrote to <EMAIL> on Monday, the driver was horrible."
    assert "explanation" not in analyze(client, {"text": said})["results"][0]
    (found,) = analyze(client, {"text": said, "explain": True})["results"]
    carried = [c for words in found["explanation"].values() for c in words]
    assert carried
    assert all(said[c["start"] : c["end"]] == c["words"] for c in carried)
    refused = client.post("/v1/analyze", json={"texts": ["a" * 15_000] * 2, "explain": True})
    assert refused.status_code == 422
    assert "20,000 characters" in refused.text


# taking in


def thread(id: str, **other: Any) -> dict:
    said = {"speaker": "customer", "text": "Ada here, ada@example.com: my refund has not come, third time I ask"}
    return {
        "id": id,
        "customer": "email:ada@example.com",
        "started_at": "2026-10-05T09:30:00Z",
        "turns": [said],
    } | other


def test_conversations_are_taken_in_masked_and_annotated(writable: TestClient) -> None:
    taken = writable.post("/v1/conversations", json=[thread("a/b:1"), thread("2")]).json()
    assert (taken["counts"]["added"], taken["counts"]["annotated"], taken["problems"]) == (2, 2, [])
    assert taken["ids"] == ["threads:a/b:1", "threads:2"]
    found = get(writable, "/v1/conversations/threads:a/b:1")
    assert "example.com" not in json.dumps(found)
    assert found["summary"]["effort"] > 0
    assert get(writable, "/v1/conversations/threads%3Aa%2Fb%3A1") == found
    again = writable.post("/v1/conversations?source=shop", json=thread("2")).json()
    assert again["counts"]["added"] == 1
    assert writable.post("/v1/conversations", json=thread("2")).json()["counts"]["same"] == 1


def test_a_conversation_is_stored_when_the_answer_comes_and_annotated_later_where_that_is_preferred(
    writable: TestClient,
) -> None:
    later = writable.post("/v1/conversations", json=thread("1"), headers={"prefer": "respond-async"})
    assert (later.status_code, later.headers["preference-applied"]) == (202, "respond-async")
    assert (later.json()["ids"], later.json()["counts"]["annotated"]) == (["threads:1"], 0)
    assert get(writable, "/v1/conversations/threads:1")["turns"]
    tries = 0
    while not (found := get(writable, "/v1/conversations/threads:1")["findings"]) and tries < 200:
        tries += 1
        time.sleep(0.05)
    assert found


def test_a_bad_record_is_a_problem_without_its_value_and_costs_no_good_one(writable: TestClient) -> None:
    bad = [thread("x", turns=[]), thread("y", started_at="5 at ada@example.com"), {}, thread("z", channel="fax")]
    taken = writable.post("/v1/conversations", json=[*bad, 7, thread("good")])
    assert taken.json()["counts"]["added"] == 1
    told = taken.json()["problems"]
    assert [problem["record"] for problem in told] == [1, 2, 3, 4, 5]
    assert {problem["status"] for problem in told} == {422}
    assert (told[3]["field"], "known: ticket" in told[3]["detail"]) == ("channel", True)
    assert "example.com" not in taken.text


def test_where_nothing_can_be_read_the_answer_is_a_problem(writable: TestClient) -> None:
    refused = writable.post("/v1/conversations", json=thread("x", started_at="5 at ada@example.com"))
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert refused.json()["errors"][0]["field"] == "body.1.started_at"
    assert "example.com" not in refused.text
    assert writable.post("/v1/conversations", json=[]).json()["ids"] == []


def test_a_file_is_taken_in_by_its_guessed_format(writable: TestClient) -> None:
    export = b"id,text,created_at\n1,my parcel never arrived,2026-10-01\n2,where is it,sometime\n"
    taken = writable.post("/v1/ingest", files={"file": ("../../../etc/passwd.csv", export)}).json()
    assert (taken["counts"]["added"], taken["counts"]["annotated"]) == (1, 1)
    assert [(letter["record"], letter["field"]) for letter in taken["dead_letters"]] == [(2, "started_at")]
    call = b"WEBVTT\n\n00:00.000 --> 00:04.000\n<v Customer>my boiler is broken\n"
    files = {"file": ("20260515T172000Z-5713.vtt", call)}
    assert writable.post("/v1/ingest", files=files, data={"format": "webvtt"}).json()["counts"]["added"] == 1
    assert len(everything(writable, "/v1/conversations")) == 2


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"{" * 1000, b"PK\x03\x04"])
def test_a_file_of_no_known_format_is_one_dead_letter(writable: TestClient, content: bytes) -> None:
    taken = writable.post("/v1/ingest", files={"file": ("x", content)})
    assert taken.status_code == 200
    assert taken.json()["counts"]["dead"] == 1


def test_new_conversations_join_the_known_themes(writable: TestClient, put_themes: Callable[[Store], None]) -> None:
    writable.post("/v1/conversations", json=[thread(str(n)) for n in range(4)])
    put_themes(writable.app.state.store)  # type: ignore[attr-defined]
    writable.post("/v1/conversations", json=thread("new"))
    (finding,) = get(writable, "/v1/conversations/threads:new")["findings"]
    assert finding["theme"] in ("t1", "t2")
    assert analyze(writable, {"text": thread("new")["turns"][0]["text"]})["results"][0]["theme"] in ("t1", "t2")


# being described


def examples(told: dict) -> list[tuple[dict, Any]]:
    """(query, body) of every documented example of an operation: each parameter's alone, beside those that must be;
    none where a body is asked for and no whole one is shown."""
    queries = [p for p in told.get("parameters", []) if p["in"] == "query" and "examples" in p["schema"]]
    needed = {p["name"]: p["schema"]["examples"][0] for p in queries if p["required"]}
    content = told.get("requestBody", {}).get("content", {}).get("application/json")
    bodies = [example["value"] for example in (content or {}).get("examples", {}).values()]
    asked = [needed, *({**needed, p["name"]: p["schema"]["examples"][0]} for p in queries)]
    return [(query, body) for query in asked for body in bodies or [None] * (content is None)]


def test_every_documented_example_works(client: TestClient, themed: TestClient) -> None:
    known = {
        "conversations": get(client, "/v1/conversations?limit=1")["items"][0]["id"],
        "customers": get(client, "/v1/customers?limit=1")["items"][0]["id"],
        "segments": get(client, "/v1/segments?limit=1")["items"][0]["id"].replace("#", "%23"),
        "themes": "t1",
        "runs": get(client, "/v1/runs")["items"][0]["id"],
        "intents": "refund_status",
        "taxonomies": "support",
        "models": get(client, "/v1/models")["items"][0]["name"],
        "live": "chat-4711",
    }
    made_first = ("/v1/experiments/", "/v1/decisions", "/v1/jobs", "/v1/keys/", "/v1/sinks/", "/v1/privacy/")
    export = {"file": ("export.csv", b"id,text,created_at\n1,hello,2026-10-01\n")}
    for name, told in operations(client).items():
        method, path = name.split(" ")
        if path.startswith(made_first):  # of what a request before has made, or done beside: in their own tests
            continue
        places = {p["name"]: p["schema"]["examples"][0] for p in told.get("parameters", []) if p["in"] == "path"}
        noun = path.split("/")[2] if path.count("/") > 1 else ""
        asked = path.format(**places | ({"id": known[noun], "name": known[noun]} if noun in known else {}))
        files = export if path == "/v1/ingest" else None
        for query, body in examples(told):
            to = client if method == "GET" else themed
            answer = to.request(method, asked, params=query, json=body, files=files)
            assert answer.is_success, (name, query, answer.text)


def test_every_operation_has_a_tag_a_description_and_tells_of_problems(client: TestClient) -> None:
    for name, told in operations(client).items():
        assert told["tags"], name
        assert told["description"], name
        assert "application/problem+json" in told["responses"]["default"]["content"], name


def test_every_operation_shows_an_example(client: TestClient) -> None:
    schemas = get(client, "/openapi.json")["components"]["schemas"]

    def shown(part: Any, seen: frozenset[str] = frozenset()) -> bool:
        text = json.dumps(part)
        names = set(re.findall(r"#/components/schemas/(\w+)", text)) - seen
        return '"example' in text or any(shown(schemas[name], seen | names) for name in names)

    for name, told in operations(client).items():
        answer = next((one for status, one in told["responses"].items() if status.startswith("2")), {})
        assert shown({**told, "responses": answer}), name


def test_the_page_of_the_api_names_every_route_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert all(name.split(" ")[1] in page.text for name in operations(client))
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page.text)
    assert 'id="problem-422"' in page.text


def test_every_route_is_documented(client: TestClient) -> None:
    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    assert [name for name in operations(client) if f"`{name}`" not in text] == []


def test_the_answer_of_a_moment_is_the_same_for_every_way_to_write_it(client: TestClient) -> None:
    ways = ["2026-06-01", "2026-06-01T00:00:00", "2026-06-01T00:00:00Z", "2026-06-01T02:00:00%2B02:00"]
    found = [get(client, f"/v1/overview?since={way}") for way in ways]
    assert all(one == found[0] for one in found)
    assert found[0]["first"] >= "2026-06-01"
