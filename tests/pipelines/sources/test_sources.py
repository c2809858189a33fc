"""Every format: what a hand-built file becomes, and that no bytes whatever stop a run."""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.conversation import Channel, Conversation, Speaker
from nlp.customer import Event
from nlp.errors import BadInput, BadRecord, UnknownName
from pipelines import sources
from pipelines.sources import DeadRecord, Options, customers, events
from pipelines.sources._values import time

TICKET = {
    "id": 7,
    "subject": "Late parcel",
    "status": "open",
    "created_at": "2024-05-01T09:00:00Z",
    "requester_id": 1,
    "requester": {"id": 1, "email": "Ann@Example.org"},
    "via": {"channel": "email"},
    "comments": [
        {
            "author_id": 1,
            "html_body": "<p>Where is it?</p><blockquote>older</blockquote>",
            "created_at": "2024-05-01T09:00:00Z",
        },
        {"author_id": 2, "body": "secret", "public": False, "created_at": "2024-05-01T09:30:00Z"},
        {"author_id": 2, "body": "On its way.\n-- \nBob", "public": True, "created_at": "2024-05-01T10:00:00Z"},
    ],
}
CALL = """WEBVTT

NOTE
started: 2024-05-01T09:00:00+02:00
caller: +44 20 7946 0018
id: call-1

00:00.000 --> 00:02.000
<v Support Bob>Hello, how can I help?</v>

00:03.000 --> 00:05.000
<v Ann>My line is dead.</v>
"""
PAGE = {
    "data": [
        {
            "id": "2",
            "conversation_id": "1",
            "author_id": "b",
            "text": "@ann Sorry!",
            "created_at": "2024-05-01T10:00:00Z",
        },
        {
            "id": "1",
            "conversation_id": "1",
            "author_id": "a",
            "text": "@acme short",
            "note_tweet": {"text": "@acme @acme the long text"},
            "created_at": "2024-05-01T09:00:00Z",
        },
        {"id": "9", "conversation_id": "9", "author_id": "a", "text": "@acme hi", "created_at": "2024-05-01T11:00:00Z"},
    ],
    "includes": {"users": [{"id": "a", "username": "Ann"}, {"id": "b", "username": "Acme"}]},
}


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def good(path: Path, **options: object) -> list[Conversation]:
    found = list(sources.read(path, Options(**options)))  # type: ignore[arg-type]
    assert [str(f) for f in found if isinstance(f, BadRecord)] == []
    return [f for f in found if isinstance(f, Conversation)]


def bad(path: Path, **options: object) -> list[DeadRecord]:
    return [f for f in sources.read(path, Options(**options)) if isinstance(f, DeadRecord)]  # type: ignore[arg-type]


def test_a_ticket_keeps_its_public_comments_and_counts_its_notes(tmp_path: Path) -> None:
    (ticket,) = good(put(tmp_path, "export.json", json.dumps(TICKET)))
    assert (ticket.id, ticket.channel, ticket.customer) == ("zendesk:7", Channel.TICKET, "email:ann@example.org")
    assert [(t.speaker, t.text) for t in ticket.turns] == [
        (Speaker.CUSTOMER, "Where is it?"),
        (Speaker.AGENT, "On its way."),
    ]
    assert ticket.metadata["notes"] == 1
    assert "secret" not in str(ticket)


def test_a_ticket_without_a_customer_turn_is_still_read(tmp_path: Path) -> None:
    only = TICKET | {"comments": TICKET["comments"][2:]}  # type: ignore[index]
    (ticket,) = good(put(tmp_path, "export.jsonl", json.dumps(only)))
    assert [t.speaker for t in ticket.turns] == [Speaker.AGENT]


def test_a_broken_line_does_not_take_its_neighbours_with_it(tmp_path: Path) -> None:
    lines = [json.dumps(TICKET), json.dumps(TICKET)[:40], json.dumps(TICKET | {"id": 8}), json.dumps(TICKET)]
    path = put(tmp_path, "export.jsonl", "\n".join(lines))
    found = list(sources.read(path))
    assert [f.id for f in found if isinstance(f, Conversation)] == ["zendesk:7", "zendesk:8"]
    dead = [f for f in found if isinstance(f, DeadRecord)]
    assert "truncated JSON" in dead[0].reason
    assert (dead[0].file, dead[0].record) == (str(path), 2)
    assert "second record" in dead[1].reason


def test_a_record_over_the_limit_is_dead_and_the_next_is_read(tmp_path: Path) -> None:
    huge = json.dumps(TICKET | {"id": 1, "description": "x" * 300_000})
    lines = put(tmp_path, "a.jsonl", f"{huge}\n{json.dumps(TICKET)}\n")
    array = put(tmp_path, "b.json", f"[{huge}, {json.dumps(TICKET)}]")
    for path in (lines, array):
        found = list(sources.read(path, Options(max_record=10_000), format="zendesk"))
        assert [type(f) for f in found] == [DeadRecord, Conversation]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_encoding_is_known_by_its_mark(tmp_path: Path, encoding: str) -> None:
    rows = "id,text,date\n1,Où est-il ?,2020/3/18\n2,,2020/3/18\n"
    options = Options()
    (row,) = sources.read(put(tmp_path, "t.csv", rows.encode(encoding)), options)
    assert isinstance(row, Conversation)
    assert (row.turns[0].text, row.started_at) == ("Où est-il ?", datetime(2020, 3, 18, tzinfo=UTC))
    assert options.skipped == {"no text": 1}


def test_a_naive_time_is_read_in_the_zone_given_and_marked(tmp_path: Path) -> None:
    path = put(tmp_path, "t.csv", "id,text,date\n1,hello,2024-05-01T09:00:00\n")
    (row,) = good(path, timezone="Europe/Paris")
    assert row.started_at == datetime(2024, 5, 1, 7, tzinfo=UTC)
    assert row.metadata["naive_times"] is True


def test_a_mapping_names_columns_and_constants(tmp_path: Path) -> None:
    path = put(tmp_path, "t.tsv", "c\tw\tsaid\n1\tcustomer\thi\n1\tagent\thello\n2\tcustomer\tbye\n")
    mapping = {"id": "c", "speaker": "w", "text": "said", "started_at": "=2024-01-01", "channel": "=chat"}
    assert [len(c.turns) for c in good(path, mapping=mapping)] == [2, 1]


def test_a_call_takes_its_roles_from_label_words_and_its_date_from_a_note(tmp_path: Path) -> None:
    (call,) = good(put(tmp_path, "call.vtt", CALL))
    assert (call.id, call.customer) == ("webvtt:call-1", "phone:+442079460018")
    assert call.started_at == datetime(2024, 5, 1, 7, tzinfo=UTC)
    assert [(t.speaker, t.text) for t in call.turns] == [
        (Speaker.AGENT, "Hello, how can I help?"),
        (Speaker.CUSTOMER, "My line is dead."),
    ]


def test_a_call_without_notes_takes_its_date_from_the_file_name(tmp_path: Path) -> None:
    body = "WEBVTT\n\n00:00.000 --> 00:01.000\nBob: Hello.\n\n00:01.000 --> 00:02.000\nAnn: Hi.\n"
    (call,) = good(put(tmp_path, "call-2024-05-01.vtt", body))
    assert call.started_at == datetime(2024, 5, 1, tzinfo=UTC)
    assert [t.speaker for t in call.turns] == [Speaker.AGENT, Speaker.CUSTOMER]
    assert (call.metadata["roles"], call.metadata["dated_by"]) == ("first speaker", "file name")


def test_a_company_told_by_name_answers_under_its_handle(tmp_path: Path) -> None:
    page = json.dumps(PAGE).replace("@acme", "@Acme_Help").replace('"Acme"', '"Acme_Help"')
    path = put(tmp_path, "posts.json", page)
    for told in ("Acme", "@acme_help", "Acme Help", ""):
        first, *_ = good(path, company=told)
        assert [turn.speaker for turn in first.turns] == [Speaker.CUSTOMER, Speaker.AGENT]
        assert first.customer == "x:ann"


def test_posts_become_threads_in_order_of_time_with_their_long_text(tmp_path: Path) -> None:
    first, second = good(put(tmp_path, "posts.json", json.dumps(PAGE, indent=1)))
    assert [(t.speaker, t.text) for t in first.turns] == [
        (Speaker.CUSTOMER, "@acme @acme the long text"),
        (Speaker.AGENT, "@ann Sorry!"),
    ]
    assert (first.customer, second.id) == ("x:ann", "x:9")


def test_a_thread_streams_from_a_list(tmp_path: Path) -> None:
    turns = [{"speaker": "customer", "text": 'a, [b] {c} \\ "d"'}, {"speaker": "agent", "text": "ok"}]
    thread = {"id": "t", "started_at": 1714554000, "turns": turns, "customer": {"email": "A@b.org"}}
    (found,) = good(put(tmp_path, "t.json", json.dumps([thread], indent=2)))
    assert (found.customer, found.turns[0].text) == ("email:a@b.org", turns[0]["text"])
    (dead,) = bad(put(tmp_path, "u.json", json.dumps([thread])[:-5]))
    assert "never closed" in dead.reason


def test_an_unknown_format_lists_the_known_ones_and_an_unguessable_file_is_bad_input(tmp_path: Path) -> None:
    path = put(tmp_path, "what.bin", b"\x00\x01")
    with pytest.raises(UnknownName, match="Did you mean 'zendesk'"):
        list(sources.read(path, format="zendesc"))
    with pytest.raises(BadInput, match="cannot be guessed"):
        sources.guess(path)


def test_customers_and_events_are_read_from_csv(tmp_path: Path) -> None:
    crm = put(tmp_path, "crm.csv", "id,email,handle,plan,value\n1,A@b.org,@Ann,pro,12.5\n,x@y.org,,,\n")
    contact, dead = customers.read(crm, Options())
    assert isinstance(contact, sources.Contact)
    assert contact.identifiers == ("id:1", "email:a@b.org", "x:ann")
    assert contact.customer.attributes == {"plan": "pro", "value": 12.5}
    assert isinstance(dead, DeadRecord)
    log = put(tmp_path, "log.csv", "customer,event,at,value\nemail:A@b.org,Order placed,2024-05-01,9\n1,left,soon,\n")
    options = Options()
    event, late = events.read(log, options)
    assert not isinstance(event, BadRecord | sources.Same)
    assert (event.customer, event.name, event.value) == ("email:a@b.org", "Order placed", 9.0)
    assert options.unnamed == {"Order placed": 1}
    assert isinstance(late, DeadRecord)
    assert late.field == "at"


@pytest.mark.parametrize("format", ["table", "threads", "webvtt", "x", "zendesk"])
def test_an_empty_file_is_one_dead_record(tmp_path: Path, format: str) -> None:
    found = list(sources.read(put(tmp_path, "empty.json", b""), format=format))
    assert [type(f) for f in found] == [DeadRecord]


SUFFIX = {"table": [".csv", ".jsonl", ".parquet", ".xlsx"], "webvtt": [".vtt"], "googleplay": [".csv", ".json"]}
CASES = [(f, s) for f in sources.known() for s in SUFFIX.get(f, [".json"])]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "id",
    "created_at",
    "comments",
    "requester",
    "via",
    "turns",
    "data",
    "includes",
    "text",
    "customer",
    "messages",
]
RECORDS = st.dictionaries(st.sampled_from(FIELDS), VALUES | st.just("2024-05-01") | st.just([{"text": "a", "at": 1}]))


@pytest.mark.parametrize(("format", "suffix"), CASES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    content=st.binary()
    | st.sampled_from([b"WEBVTT\n\n", b"id,text\n", b"[{"]).flatmap(
        lambda head: st.binary().map(lambda tail: head + tail)
    )
    | st.lists(RECORDS, max_size=3).map(lambda rows: "\n".join(map(json.dumps, rows)).encode())
)
def test_no_bytes_raise_anything(format: str, suffix: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder), f"any{suffix}", content)
        for found in sources.read(path, format=format):
            assert isinstance(found, (Conversation, sources.Contact, Event, BadRecord))
            if isinstance(found, Conversation):
                repr(found).encode()


def test_a_mail_of_deeply_nested_tags_is_read_without_the_parser(tmp_path: Path) -> None:
    nested = TICKET | {"comments": [], "description": "<div>" * 20_000 + "Help<br>me &amp; you"}
    (ticket,) = good(put(tmp_path, "export.jsonl", json.dumps(nested)))
    assert ticket.turns[0].text.split() == ["Help", "me", "&", "you"]


def test_facts_of_a_thread_that_are_no_object_make_it_a_dead_letter(tmp_path: Path) -> None:
    path = tmp_path / "threads.jsonl"
    thread = {"id": "1", "created_at": "2026-03-02T09:00:00Z", "turns": [{"speaker": "customer", "text": "hello"}]}
    told = (None, [], {}, "x", [1])
    lines = (json.dumps(thread | {"id": str(n), "metadata": facts}) for n, facts in enumerate(told))
    path.write_text("\n".join(lines), "utf-8")
    found = list(sources.read(path))
    assert [getattr(bad, "field", "") for bad in found] == ["", "", "", "metadata", "metadata"]


def test_posts_of_a_thread_are_read_without_the_signs_that_x_writes_for_and_and_less(tmp_path: Path) -> None:
    said = [{"client": "ann", "message": "slow &amp; &lt;3 times broken", "datetime": "2020-01-01 10:00:00"}]
    raw = {"dialogHeader": {"sessionID": "1"}, "dialogContent": said}
    (talk,) = good(put(tmp_path, "threads.json", json.dumps([raw])))
    assert talk.turns[0].text == "slow & <3 times broken"


@pytest.mark.parametrize(
    ("written", "hour"),
    [("2025-03-02 10:00 Europe/Berlin", 9), ("2025-03-02T10:00:00 UTC", 10), ("2025-07-02 10:00 Europe/Berlin", 8)],
)
def test_a_time_may_name_its_zone(written: str, hour: int) -> None:
    found, naive = time(written, "at", ZoneInfo("Asia/Tokyo"))
    assert (found.hour, naive) == (hour, False)


@pytest.mark.parametrize("zone", ["Mars/Phobos", "PDT", "CST"])
def test_an_unknown_zone_is_told_by_its_name(zone: str) -> None:
    with pytest.raises(BadRecord, match=f"the zone '{zone}' is not known; write an offset"):
        time(f"2025-03-02 10:00 {zone}", "at", ZoneInfo("UTC"))
