"""Help desks: whatever happens to a record, or in whatever order they come, the others are read as before."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.conversation import Conversation, Speaker
from pipelines import sources
from pipelines.sources import DeadRecord, Options

GOLDEN = Path(__file__).parent / "golden"
TICKETS = [
    {
        "id": number,
        "created_at": "2024-05-01T08:00:00Z",
        "requester_id": 1,
        "via": {"channel": "email"},
        "comments": [{"author_id": 1, "body": f"My kettle {number} leaks.", "created_at": "2024-05-01T08:00:00Z"}],
    }
    for number in range(3)
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("2024-05-01"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def records(format: str) -> list[Any]:
    if format == "intercom":
        return [json.loads(line) for line in (GOLDEN / "intercom.jsonl").read_text("utf-8").splitlines()]
    if format == "freshdesk":
        return json.loads((GOLDEN / "freshdesk.json").read_text("utf-8"))[:2]
    if format == "zendesk":
        return TICKETS
    page = json.loads((GOLDEN / f"{format}{'-list' if format == 'chatwoot' else ''}.json").read_text("utf-8"))
    (whole, *_) = page["data"]["payload"] if format == "chatwoot" else page["_embedded"]["conversations"]
    return [whole | {"id": number} for number in range(3)]


RECORDS = {format: records(format) for format in ("zendesk", "intercom", "freshdesk", "chatwoot", "helpscout")}
ANY = st.sampled_from(sorted(RECORDS))


def read(format: str, lines: Iterable[str], cut: int | None = None) -> tuple[dict[str, Conversation], list[DeadRecord]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.jsonl"
        path.write_bytes("\n".join(lines).encode("utf-8", "replace")[:cut])
        found = list(sources.read(path, Options(), format=format))
    whole = {item.id: item for item in found if isinstance(item, Conversation)}
    return whole, [item for item in found if isinstance(item, DeadRecord)]


@given(ANY.flatmap(lambda format: st.tuples(st.just(format), st.permutations(RECORDS[format]))))
@settings(max_examples=30, deadline=None)
def test_the_order_of_records_does_not_matter(case: tuple[str, list[Any]]) -> None:
    format, order = case
    assert read(format, map(json.dumps, order)) == read(format, map(json.dumps, RECORDS[format]))


@given(ANY, st.data())
@settings(max_examples=60, deadline=None)
def test_a_record_that_is_cut_off_costs_itself_alone(format: str, data: st.DataObject) -> None:
    lines = [json.dumps(record) for record in RECORDS[format]]
    cut = data.draw(st.integers(1, len("\n".join(lines))))
    whole, _ = read(format, lines)
    complete = sum(len("\n".join(lines[: number + 1])) <= cut for number in range(len(lines)))
    kept, dead = read(format, lines, cut)
    assert list(kept.items())[:complete] == list(whole.items())[:complete]
    assert len(kept) + len(dead) >= complete


@given(ANY, st.data())
@settings(max_examples=150, deadline=None)
def test_a_garbled_field_costs_no_other_record(format: str, data: st.DataObject) -> None:
    first, *others = RECORDS[format]
    field = data.draw(st.sampled_from(sorted(first)))
    garbled = {**first, field: data.draw(VALUES)}
    kept, dead = read(format, map(json.dumps, [garbled, *others]))
    expected, _ = read(format, map(json.dumps, others))
    assert {id: kept.get(id) for id in expected if str(first["id"]) not in id} == {
        id: found for id, found in expected.items() if str(first["id"]) not in id
    }
    assert all(letter.file.endswith("export.jsonl") and letter.record == 1 for letter in dead)


@pytest.mark.parametrize(
    ("format", "messages", "when"),
    [
        ("zendesk", "comments", "created_at"),
        ("freshdesk", "conversations", "created_at"),
        ("chatwoot", "messages", "created_at"),
    ],
)
def test_a_message_without_a_readable_time_is_told_by_field_and_value(format: str, messages: str, when: str) -> None:
    first, *others = RECORDS[format]
    broken = {**first, messages: [{**first[messages][0], when: "soon"}]}
    kept, (letter,) = read(format, map(json.dumps, [broken, *others]))
    assert len(kept) == len(others)
    assert (letter.record, letter.field, letter.value) == (1, f"{messages}.{when}", "soon")


def test_of_a_page_that_breaks_off_the_tickets_before_the_break_are_read() -> None:
    page = json.dumps({"tickets": [{**ticket, "description": "hi"} for ticket in TICKETS], "end_of_stream": True})
    kept, (letter,) = read("zendesk", [page], page.index('"id": 2'))
    assert list(kept) == ["zendesk:0", "zendesk:1"]
    assert "truncated" in letter.reason
    page = json.dumps({"_embedded": {"conversations": RECORDS["helpscout"]}})
    kept, _ = read("helpscout", [page], len(page) - 20)
    assert list(kept) == ["helpscout:0", "helpscout:1"]


def test_a_comment_that_no_ticket_claims_is_a_dead_letter() -> None:
    comment = {"id": 8, "author_id": 1, "body": "hi", "created_at": "2024-05-01T08:00:00Z"}
    kept, letters = read("zendesk", [json.dumps({"comments": [comment, {**comment, "ticket_id": 5}]})])
    assert not kept
    assert [(letter.field, letter.value) for letter in letters] == [("ticket_id", "8"), ("ticket_id", "5")]
    ticket = {"ticket": {"id": 5, "created_at": "2024-05-01T08:00:00Z", "requester_id": 1}, "comments": [comment]}
    kept, letters = read("zendesk", [json.dumps(ticket)])
    assert [turn.speaker for turn in kept["zendesk:5"].turns] == [Speaker.CUSTOMER]
    assert not letters


@pytest.mark.parametrize(
    ("format", "part", "field"),
    [
        ("intercom", {"type": "conversation_part", "id": "1", "part_type": "comment", "body": "hi"}, "part_type"),
        ("freshdesk", {"id": 1, "ticket_id": 20, "body": "hi", "created_at": "2024-05-01T08:00:00Z"}, "ticket_id"),
        ("chatwoot", {"id": 1, "content": "hi", "message_type": 0, "created_at": 1714550400}, "message_type"),
        ("helpscout", {"id": 1, "conversation_id": 5, "body": "hi"}, "conversation_id"),
    ],
)
def test_a_part_without_the_rest_is_no_conversation(format: str, part: dict[str, Any], field: str) -> None:
    kept, (letter,) = read(format, [json.dumps(part)])
    assert not kept
    assert (letter.field, letter.value) == (field, str(part[field]))


def test_comments_on_lines_of_their_own_join_their_tickets() -> None:
    comment = {"id": 8, "ticket_id": 9, "author_id": 1, "body": "Hi.", "created_at": "2024-05-01T08:00:00Z"}
    page = {"tickets": [{"id": 9, "created_at": "2024-05-01T08:00:00Z", "requester_id": 1}]}
    kept, letters = read("zendesk", map(json.dumps, [comment, page, {**comment, "body": "Bye.", "author_id": 2}]))
    assert [(turn.speaker, turn.text) for turn in kept["zendesk:9"].turns] == [
        (Speaker.CUSTOMER, "Hi."),
        (Speaker.AGENT, "Bye."),
    ]
    assert not letters


def test_where_another_agent_takes_over_is_told_without_telling_who() -> None:
    writers = (1, 70001, 1, 80002, 80002, 70001)
    said = [
        {"author_id": who, "body": f"Note {n}.", "created_at": f"2024-05-01T0{n}:00:00Z"}
        for n, who in enumerate(writers)
    ]
    whole, _ = read("zendesk", [json.dumps(TICKETS[0] | {"comments": said}), json.dumps(TICKETS[1])])
    one, other = whole.values()
    assert one.metadata["taken_over"] == [3, 5]
    assert "70001" not in repr(one)
    assert "taken_over" not in other.metadata
