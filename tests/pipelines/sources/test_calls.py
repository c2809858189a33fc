"""Calls: who speaks, and when it was, where the source does not say it outright."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.conversation import Conversation, Speaker
from nlp.errors import BadSetting
from pipelines import sources
from pipelines.sources import DeadRecord, Options
from pipelines.sources.webvtt import any_cues, plain

CUSTOMER, AGENT, BOT = Speaker.CUSTOMER, Speaker.AGENT, Speaker.BOT
WHEN = datetime(2024, 5, 1, 9, tzinfo=UTC)
DEEPGRAM = {
    "metadata": {"request_id": "r", "created": "2024-05-03T19:51:59Z", "channels": 2},
    "results": {
        "channels": [
            {"alternatives": [{"words": [{"word": "hi", "punctuated_word": "Hi?", "start": 0.2, "end": 0.4}]}]},
            {"alternatives": [{"transcript": "", "words": [{"word": "acme", "start": 0.9, "end": 1.0}]}]},
        ]
    },
}


def put(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def call(path: Path, format: str | None = None, **options: Any) -> Conversation:
    (found,) = sources.read(path, Options(**options), format=format)
    assert isinstance(found, Conversation), str(found)
    return found


def spoken(found: Conversation) -> list[tuple[Speaker, str]]:
    return [(turn.speaker, turn.text) for turn in found.turns]


def test_a_channel_is_whom_the_options_say_it_is(tmp_path: Path) -> None:
    found = call(put(tmp_path, "a.json", DEEPGRAM), speakers={"Channel 1": "agent"})
    assert spoken(found) == [(CUSTOMER, "Hi?"), (AGENT, "acme")]
    assert (found.metadata["roles"], found.metadata["roles_confidence"]) == ("labels", 0.9)
    told = call(put(tmp_path, "a.json", DEEPGRAM), speakers={"channel 1": "agent", "channel 0": "customer"})
    assert (told.metadata["roles"], told.turns) == ("told", found.turns)


def test_an_unknown_speaker_is_a_setting_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="known: customer, agent, bot"):
        call(put(tmp_path, "a.json", DEEPGRAM), speakers={"A": "boss"})


def test_when_it_was_transcribed_is_the_last_guess_at_when_a_call_was(tmp_path: Path) -> None:
    stamps = [
        call(put(tmp_path, "call.json", DEEPGRAM)),
        call(put(tmp_path, "call.json", DEEPGRAM), started_at=WHEN),
        call(put(tmp_path, "call-2024-04-30T12:00:05Z.json", DEEPGRAM), started_at=WHEN),
    ]
    assert [one.metadata["dated_by"] for one in stamps] == ["transcription", "option", "file name"]
    assert [one.started_at.day for one in stamps] == [3, 1, 30]


def test_a_call_without_any_date_is_dead_and_says_what_to_do(tmp_path: Path) -> None:
    whisper = {"segments": [{"start": 0, "text": "Hello"}]}
    (dead,) = sources.read(put(tmp_path, "b20121341c.json", whisper))
    assert isinstance(dead, DeadRecord)
    assert "option started_at" in dead.reason


@pytest.mark.parametrize(
    ("name", "stamp"),
    [
        ("rec_20240501T0930Z", "2024-05-01T09:30:00Z"),
        ("9c0f1111_analysis_2024-05-01T09:30:15Z", "2024-05-01T09:30:15Z"),
        ("9c0f1111_20240501T07:45_UTC", "2024-05-01T07:45:00Z"),
        ("call-2024-05-01_08-15", "2024-05-01T08:15:00"),
        ("call-2024-05-01", "2024-05-01T00:00:00"),
        ("call-2024-05-01-2512", "2024-05-01T00:00:00"),
        ("call-2024-05-01-12345", "2024-05-01T00:00:00"),
        ("call-20241399", ""),
        ("4af20240501", ""),
    ],
)
def test_a_date_is_found_in_a_name_but_not_in_an_id(name: str, stamp: str) -> None:
    from pipelines.sources._calls import in_name

    assert in_name(name) == stamp


def test_a_role_in_place_of_an_id_counts_as_the_role(tmp_path: Path) -> None:
    turns = [{"ParticipantId": id, "Content": id, "BeginOffsetMillis": n} for n, id in enumerate(["AGENT", "CUSTOMER"])]
    found = call(put(tmp_path, "c-2024-05-01.json", {"Channel": "VOICE", "Transcript": turns}), "contactlens")
    assert spoken(found) == [(AGENT, "AGENT"), (CUSTOMER, "CUSTOMER")]


def test_times_that_begin_with_the_call_are_offsets(tmp_path: Path) -> None:
    entries = [
        {"start_timestamp_usec": 1_000_000, "text": "Hello, I have ...", "role": "CUSTOMER", "user_id": 1},
        {"start_timestamp_usec": 5_000_000, "text": "Yes, I can ...", "role": "AGENT", "user_id": 2},
    ]
    found = call(put(tmp_path, "i.json", {"entries": entries}), started_at=WHEN)
    assert [turn.at and turn.at.second for turn in found.turns] == [1, 5]


def test_a_plain_transcript_may_give_its_times_before_or_after_the_name_or_not_at_all(tmp_path: Path) -> None:
    text = "Anna Berg (0:02): Good morning.\n\nBob (1:05): My order: two chairs\nnever came.\n"
    found = call(put(tmp_path, "t-2024-05-01.txt", text))
    assert spoken(found) == [(AGENT, "Good morning."), (CUSTOMER, "My order: two chairs never came.")]
    bare = call(put(tmp_path, "u-2024-05-01.txt", "customer: Is it open?\nagent: Yes: until nine.\n"), "transcript")
    assert spoken(bare) == [(CUSTOMER, "Is it open?"), (AGENT, "Yes: until nine.")]


def test_people_who_speak_are_known_so_that_they_can_be_masked(tmp_path: Path) -> None:
    found = call(put(tmp_path, "t-2024-05-01.txt", "Support Anna: Hello.\nBob Marsh: Hi Anna.\n"))
    assert found.metadata["people"] == ["Anna", "Bob Marsh"]


def test_a_segment_without_a_speaker_is_whoever_says_most_of_its_words(tmp_path: Path) -> None:
    words = [{"word": w, "speaker": f"SPEAKER_0{n}"} for w, n in (("No", 1), ("it", 0), ("broke", 0))]
    segments = [
        {"start": 1, "text": "Hm?", "speaker": "SPEAKER_01"},
        {"start": 2, "text": "No it broke", "words": words},
    ]
    found = call(put(tmp_path, "w-2024-05-01.json", {"segments": segments}))
    assert spoken(found) == [(AGENT, "Hm?"), (CUSTOMER, "No it broke")]


def test_the_queue_and_the_robot_are_no_agents(tmp_path: Path) -> None:
    phrases = [
        {"participantPurpose": "internal", "text": "Please hold", "startTimeMs": 1714552201000},
        {"participantPurpose": "internal", "text": "Acme", "startTimeMs": 1714552261000},
        {"participantPurpose": "botflow", "text": "Rate us", "startTimeMs": 1714552301000},
    ]
    windows = [
        {"participantPurpose": "acd", "startTimeMs": 1714552200000, "endTimeMs": 1714552262000},
        {"participantPurpose": "agent", "startTimeMs": 1714552260000, "endTimeMs": 1714552300000},
    ]
    raw = {"conversationId": "g", "transcripts": [{"phrases": phrases}], "participants": windows}
    assert [speaker for speaker, _ in spoken(call(put(tmp_path, "g.json", raw)))] == [BOT, AGENT, BOT]


CUE_LINES = st.sampled_from(
    (
        *(
            "1",
            "12",
            "x",
            "NOTE",
            "NOTE 00:01 --> 00:02",
            "STYLE",
            "REGION",
            "WEBVTT",
            "",
            "",
            "",
            " ",
            "a --> b",
            "\u2028",
            "\x0c",
        ),
        *("00:00:01,500 --> 00:00:02,000", "00:00:01.500 --> 00:00:02.000", "00:01.500 --> 00:02.000"),
        *("00:00:61.500 --> 00:00:62.000", "00:00:01,5 --> 00:00:02,000 X1:2", "00:01.500 --> 00:02.000 align:start"),
        *("123:00:01,500 --> 123:00:02,000", "Ann: it broke", "[Ben]: <i>which?</i>", "<v Ann>yes</v>", "1999", "²"),
    )
)


@given(st.lists(CUE_LINES, max_size=12), st.sampled_from(("vtt", "srt")), st.booleans())
@settings(max_examples=300, deadline=None)
def test_plain_cues_are_read_as_the_library_reads_any(lines: list[str], format: str, begun: bool) -> None:
    text = "\n".join([*(["WEBVTT", ""] if begun and format == "vtt" else []), *lines])
    found = plain(text, format)
    assert found is None or found == any_cues(text, format)


@pytest.mark.parametrize(("format", "mark"), [("vtt", "."), ("srt", ",")])
def test_a_file_as_nearly_all_are_written_is_plain(format: str, mark: str) -> None:
    cues = "\n\n".join(f"{n}\n00:00:0{n}{mark}500 --> 00:00:0{n}{mark}900\nAnn: it broke\nin two" for n in range(3))
    text = f"WEBVTT\n\nNOTE\nid: 5\n\n{cues}\n" if format == "vtt" else cues
    found = plain(text, format)
    assert found == any_cues(text, format) == [(n + 0.5, "Ann: it broke\nin two") for n in range(3)]
