"""What trips readers of these formats, one case a trap: what must come out, whoever says it, in whatever spelling."""

import json
from pathlib import Path
from typing import Any

import pytest

from nlp.conversation import Conversation
from pipelines import sources
from pipelines.sources import Options

DAY = "2024-05-01T08:00:00Z"
SECONDS = 1714550400
ASKED, ANSWERED, ROBOT = "customer: It leaks.", "agent: Sorry.", "bot: Hello."


def read(folder: Path, format: str, content: Any, name: str = "") -> list[Conversation]:
    path = folder / (name or "call-2024-05-01.json")
    data = (
        content
        if isinstance(content, bytes)
        else (content if isinstance(content, str) else json.dumps(content)).encode()
    )
    path.write_bytes(data)
    return [one for one in sources.read(path, Options(company="Acme"), format=format) if isinstance(one, Conversation)]


def said(found: list[Conversation]) -> list[str]:
    return [f"{turn.speaker}: {turn.text}" for one in found for turn in one.turns]


def zendesk(**more: Any) -> dict[str, Any]:
    comments = [
        {"id": 1, "author_id": 7, "body": "It leaks.", "public": True, "created_at": DAY},
        {"id": 2, "author_id": 9, "body": "Ask Max, she is angry.", "public": False, "created_at": DAY},
        {"id": 3, "author_id": 9, "body": "Sorry.", "public": True, "created_at": DAY},
    ]
    return {"id": 1, "requester_id": 7, "description": "It leaks.", "created_at": DAY, "comments": comments, **more}


def intercom(**more: Any) -> dict[str, Any]:
    part = {"part_type": "comment", "body": "<p>Sorry.</p>", "created_at": SECONDS + 9, "author": {"type": "admin"}}
    event = {"part_type": "assignment", "body": None, "created_at": SECONDS + 3, "author": {"type": "bot"}}
    source = {"type": "email", "body": "<p>It leaks.</p>", "author": {"type": "user", "email": "a@example.org"}}
    parts = {"conversation_parts": [event, part], "total_count": 2}
    return {
        "type": "conversation",
        "id": "1",
        "created_at": SECONDS,
        "source": source,
        "conversation_parts": parts,
        **more,
    }


def freshdesk(**more: Any) -> dict[str, Any]:
    replies = [
        {"body_text": "Not for her eyes.", "incoming": False, "private": True, "created_at": DAY},
        {"body_text": "Sorry.", "incoming": False, "private": False, "created_at": DAY},
    ]
    return {
        "id": 1,
        "description_text": "It leaks.",
        "requester_id": 5,
        "created_at": DAY,
        "conversations": replies,
        **more,
    }


def message(kind: Any, text: str, at: Any, **more: Any) -> dict[str, Any]:
    return {"id": 1, "content": text, "message_type": kind, "created_at": at, "private": False, **more}


def chatwoot(*kinds: Any, at: Any = SECONDS) -> dict[str, Any]:
    texts = ("It leaks.", "Sorry.", "Max was assigned.")
    said = [message(kind, text, at) for kind, text in zip(kinds, texts, strict=True)]
    return {"id": 1, "created_at": at, "messages": [*said, message(kinds[1], "She shouts.", at, private=True)]}


@pytest.mark.parametrize(
    ("format", "record"),
    [
        ("zendesk", zendesk()),  # the description is the first comment, and an internal note is nobody's voice
        ("zendesk", zendesk(satisfaction_rating={"score": "bad"}, custom_fields=None, via=None, tags=None)),
        ("intercom", intercom(contacts=None)),  # parts without a body are events
        ("intercom", intercom(contacts=[{"type": "user", "id": "5"}])),  # before the list object
        ("intercom", intercom(created_at="2024-05-01T08:00:00.000Z")),  # copies of connectors
        ("freshdesk", freshdesk(custom_fields={"a": 1})),
        ("freshdesk", freshdesk(custom_fields=[{"name": "a", "value": 1}])),  # in taps a list
        ("chatwoot", chatwoot(0, 1, 2)),
        ("chatwoot", chatwoot("incoming", "outgoing", "activity", at=DAY)),  # a webhook's spelling
    ],
)
def test_a_desks_ticket_is_what_customer_and_agent_said_to_each_other(
    tmp_path: Path, format: str, record: dict[str, Any]
) -> None:
    found = read(tmp_path, format, record)
    assert said(found) == [ASKED, ANSWERED]
    assert found[0].started_at.timestamp() == SECONDS


ROLES = {"x1": "CUSTOMER", "x2": "AGENT"}
CONTACT = {"Participants": [{"ParticipantId": id, "ParticipantRole": role} for id, role in ROLES.items()]}
TURNS = [{"Content": "It leaks.", "BeginOffsetMillis": 500}, {"Content": "Sorry.", "BeginOffsetMillis": 2500}]
BY_ID, BY_ROLE, ROLED = (
    [{**turn, name: who} for turn, who in zip(TURNS, whom, strict=True)]
    for name, whom in (
        ("ParticipantId", ROLES.keys()),
        ("ParticipantId", ROLES.values()),
        ("ParticipantRole", ROLES.values()),
    )
)
ENTRIES = [
    {"text": "It leaks.", "role": "END_USER", "start_timestamp_usec": 0},
    {"text": "Sorry.", "role": "AGENT", "start_timestamp_usec": "2000000"},
]
PHRASES = [
    {"participantPurpose": "internal", "text": "Hello.", "startTimeMs": SECONDS * 1000},
    {"participantPurpose": "external", "text": "It leaks.", "startTimeMs": SECONDS * 1000 + 5000},
    {"participantPurpose": "internal", "text": "Sorry.", "startTimeMs": SECONDS * 1000 + 9000},
]
PARTIES = [
    {"participantPurpose": "ivr", "startTimeMs": SECONDS * 1000, "endTimeMs": SECONDS * 1000 + 4000},
    {"participantPurpose": "agent", "startTimeMs": SECONDS * 1000 + 6000, "endTimeMs": SECONDS * 1000 + 20000},
]


@pytest.mark.parametrize(
    ("format", "record", "words"),
    [
        # Contact Lens names participants, not roles, and now and then a role in place of an id
        ("contactlens", {**CONTACT, "Transcript": BY_ID}, 2),
        ("contactlens", {"Transcript": BY_ROLE}, 2),
        ("transcribe", {"Transcript": ROLED}, 2),
        ("genesys", {"conversationId": "g", "participants": PARTIES, "transcripts": [{"phrases": PHRASES}]}, 3),
        ("insights", {"entries": ENTRIES}, 2),
    ],
)
def test_a_call_is_spoken_by_whom_its_source_says(tmp_path: Path, format: str, record: Any, words: int) -> None:
    assert said(read(tmp_path, format, record)) == ([ROBOT] if words == 3 else []) + [ASKED, ANSWERED]


SPOKEN: list[dict[str, Any]] = [
    {"speaker": 0, "transcript": "Support here.", "text": "Support here.", "start": 0.5, "end": 1.0},
    {"speaker": 1, "transcript": "It leaks.", "text": "It leaks.", "start": 62.25, "end": 63.0},
]
ALONE = [{name: value for name, value in one.items() if name != "speaker"} for one in SPOKEN]
LETTERS = [{**one, "speaker": "AB"[one["speaker"]], "start": one["start"] * 1000} for one in SPOKEN]
VOICES = [{**one, "speaker": f"SPEAKER_0{one['speaker']}"} for one in SPOKEN]
SENTENCES = [
    {"media_channel": n + 1, "sentence_index": n, "transcript": one["text"], "start_time": str(one["start"])}
    for n, one in enumerate(SPOKEN)
]


@pytest.mark.parametrize(
    ("format", "record"),
    [
        ("deepgram", {"metadata": {"request_id": "d"}, "results": {"utterances": SPOKEN}}),  # seconds
        ("assemblyai", {"id": "a", "utterances": LETTERS}),  # milliseconds
        ("whisper", {"segments": VOICES}),  # WhisperX
        ("whisper", {"segments": ALONE}),  # Whisper alone knows no speaker
        ("twilio", {"sid": "GT1", "sentences": SENTENCES}),  # texts
    ],
)
def test_seconds_milliseconds_and_texts_of_seconds_are_one_offset(tmp_path: Path, format: str, record: Any) -> None:
    (found,) = read(tmp_path, format, record)
    at = found.turns[-1].at
    assert at is not None
    assert (at - found.started_at).total_seconds() == 62.25
    assert found.turns[-1].text == "It leaks."
    assert found.turns[-1].speaker == "customer"


def test_only_what_is_known_of_speakers_is_trusted(tmp_path: Path) -> None:
    alone = read(tmp_path, "whisper", {"segments": ALONE})
    apart = read(tmp_path, "whisper", {"segments": VOICES})
    stated = read(tmp_path, "contactlens", {**CONTACT, "Transcript": [{**TURNS[0], "ParticipantId": "x1"}]})
    assert [one[0].metadata["roles_confidence"] for one in (alone, apart, stated)] == [0.3, 0.6, 1.0]


@pytest.mark.parametrize("comma", [",", "."])
def test_a_subtitle_may_have_commas_or_dots(tmp_path: Path, comma: str) -> None:
    cues = ("1", "00:00:00,500 --> 00:00:01,000", "Agent: Sorry.", "", "2", "00:01:02,250 --> 00:01:03,000")
    text = "\n".join(cues).replace(",", comma) + "\nCaller: It leaks.\n"
    (found,) = read(tmp_path, "srt", text, "c-2024-05-01.srt")
    assert said([found]) == [ANSWERED, ASKED]
    assert found.turns[1].at is not None
    assert (found.turns[1].at - found.started_at).total_seconds() == 62.25


def test_a_webvtt_file_may_have_a_mark_hours_or_none_styles_notes_and_entities(tmp_path: Path) -> None:
    text = (
        "\ufeffWEBVTT - call\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\nNOTE a remark\n\n"
        "intro\n00:00.500 --> 00:01.000 align:start\n<v.loud Agent Max>Tea &amp; <i>milk</i>?\n\n"
        "01:00:02.000 --> 01:00:03.000\nCaller Ann: It leaks.\n"
    )
    assert said(read(tmp_path, "webvtt", text, "c-2024-05-01.vtt")) == ["agent: Tea & milk?", ASKED]


def test_a_post_alone_in_data_is_read_in_full_by_its_author(tmp_path: Path) -> None:
    post = {"id": "1", "author_id": "5", "created_at": DAY, "text": "It le…", "note_tweet": {"text": "It leaks."}}
    page = {"data": post, "includes": {"users": [{"id": "5", "username": "Ann"}]}}
    (found,) = read(tmp_path, "x", page)
    assert (said([found]), found.customer) == ([ASKED], "x:ann")


def test_a_reddit_thread_is_two_listings_and_replies_may_be_an_empty_text(tmp_path: Path) -> None:
    post = {
        "kind": "t3",
        "data": {
            "id": "p",
            "name": "t3_p",
            "title": "It leaks.",
            "selftext": "",
            "author": "ann",
            "created_utc": SECONDS,
        },
    }
    gone = {
        "id": "c",
        "name": "t1_c",
        "body": "[deleted]",
        "author": "[deleted]",
        "parent_id": "t3_p",
        "created_utc": SECONDS,
        "replies": "",
    }
    listing = [
        {"kind": "Listing", "data": {"children": children}}
        for children in ([post], [{"kind": "t1", "data": gone}, {"kind": "more"}])
    ]
    assert said(read(tmp_path, "reddit", listing)) == [ASKED]


def test_a_play_report_is_utf_16_and_its_id_is_in_its_link(tmp_path: Path) -> None:
    head = "Package Name,Review Submit Date and Time,Star Rating,Review Title,Review Text"
    head += ",Developer Reply Text,Review Link\n"
    row = f"com.acme,{DAY},1,,It leaks.,Sorry.,http://play.example/x?reviewId=r-1&corpus=A\n"
    empty = f"com.acme,{DAY},5,,,,http://play.example/x?reviewId=r-2&corpus=A\n"
    (found,) = read(tmp_path, "googleplay", (head + row + empty).encode("utf-16"), "reviews.csv")
    assert (found.id, said([found])) == ("googleplay:r-1", [ASKED, ANSWERED])


def test_a_play_review_of_the_api_has_its_title_before_a_tab(tmp_path: Path) -> None:
    comment = {"text": "Bad\tIt leaks.", "lastModified": {"seconds": str(SECONDS)}, "starRating": 1}
    page = {"reviews": [{"reviewId": "r", "comments": [{"userComment": comment}]}]}
    assert said(read(tmp_path, "googleplay", page)) == ["customer: Bad\n\nIt leaks."]


def test_a_store_feed_has_labels_and_apis_have_attributes(tmp_path: Path) -> None:
    label = {
        name: {"label": text}
        for name, text in (("id", "1"), ("title", "Bad"), ("content", "It leaks."), ("updated", DAY))
    }
    feed = {"feed": {"entry": [{**label, "im:rating": {"label": "1"}, "author": {"name": {"label": "ann"}}}]}}
    given = {"rating": 1, "title": "Bad", "body": "It leaks.", "createdDate": DAY, "reviewerNickname": "ann"}
    api = {"data": [{"type": "customerReviews", "id": "1", "attributes": given}]}
    assert (
        said(read(tmp_path, "appstore", feed))
        == said(read(tmp_path, "appstore", api))
        == ["customer: Bad\n\nIt leaks."]
    )
