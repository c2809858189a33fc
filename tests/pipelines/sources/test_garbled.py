"""A record that is truncated, reordered or garbled costs no other; a dead one names file, record, field and value."""

import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.conversation import Conversation
from pipelines import sources
from pipelines.sources import DeadRecord, Options

GOLDEN = Path(__file__).parent / "golden"
CALLS = {
    "transcribe": ("transcribe-20240501T0930Z.json", ("JobName",), ("Transcript",)),
    "contactlens": ("contactlens-voice.json", ("CustomerMetadata", "ContactId"), ("Transcript",)),
    "deepgram": ("deepgram-call_2024-05-01_08-15.json", ("metadata", "request_id"), ("results", "utterances")),
    "assemblyai": ("assemblyai-20240501.json", ("id",), ("utterances",)),
    "whisper": ("whisperx-2024-05-01.json", (), ("segments",)),
    "genesys": ("genesys.json", ("conversationId",), ("transcripts", 0, "phrases")),
    "insights": ("insights-0042.json", (), ("entries",)),
}
"""Of each format: its golden file, where a record's id is, and where its utterances are."""
PAGES = {
    "appstore": ("appstore-api.json", ("data",)),
    "googleplay": ("googleplay-api.json", ("reviews",)),
    "youtube": ("youtube.json", ("items",)),
    "mastodon": ("mastodon-context.json", ("descendants",)),
    "bluesky": ("bluesky-feed.json", ("feed",)),
    "reddit": ("reddit-thread.json", (1, "data", "children")),
}
JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.builds(list) | st.builds(dict)
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def golden(name: str) -> Any:
    return json.loads((GOLDEN / name).read_text("utf-8"))


def at(record: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        record = record[key]
    return record


def numbered(format: str, number: int) -> dict[str, Any]:
    """The golden call with an id of its own, where it has one."""
    name, path, _ = CALLS[format]
    record: dict[str, Any] = golden(name)
    if path:
        at(record, path[:-1])[path[-1]] = f"call-{number}"
    return record


def places(value: Any) -> Iterator[tuple[Any, str | int]]:
    """Every (container, key) within a JSON value."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


def garbled(data: st.DataObject, record: Any) -> Any:
    """A copy in which a few values are something else, or gone."""
    record = copy.deepcopy(record)
    for _ in range(data.draw(st.integers(1, 3))):
        if spots := list(places(record)):
            container, key = data.draw(st.sampled_from(spots))
            if isinstance(container, dict) and data.draw(st.booleans()):
                del container[key]
            else:
                container[key] = data.draw(JUNK)
    return record


def read(text: str, format: str, name: str = "calls-2024-05-01.jsonl") -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text, "utf-8")
        found = list(sources.read(path, Options(company="acme"), format=format))
        assert all(dead.file == str(path) and dead.reason for dead in found if isinstance(dead, DeadRecord))
        return found


def lines(*records: Any) -> str:
    return "\n".join(record if isinstance(record, str) else json.dumps(record) for record in records)


def talks(found: list[Any]) -> dict[str, Conversation]:
    return {one.id: one for one in found if isinstance(one, Conversation)}


def good(format: str) -> dict[str, Conversation]:
    """What the first and the third of three calls become where nothing is garbled."""
    three = list(talks(read(lines(*(numbered(format, n) for n in (1, 2, 3))), format)).values())
    assert len(three) == 3
    return {three[0].id: three[0], three[2].id: three[2]}


@pytest.mark.parametrize("format", CALLS)
@QUICK
@given(data=st.data())
def test_a_garbled_or_truncated_call_leaves_its_neighbours_whole(format: str, data: st.DataObject) -> None:
    between: Any = garbled(data, numbered(format, 2))
    if data.draw(st.booleans()):
        text = json.dumps(between)
        between = text[: data.draw(st.integers(1, len(text) - 1))]
    found = read(lines(numbered(format, 1), between, numbered(format, 3)), format)
    kept = talks(found)
    assert {id: kept.get(id) for id in good(format)} == good(format)
    assert {dead.record for dead in found if isinstance(dead, DeadRecord)} <= {2, 3}


@pytest.mark.parametrize("format", CALLS)
@QUICK
@given(data=st.data())
def test_utterances_in_any_order_make_the_same_call(format: str, data: st.DataObject) -> None:
    record = numbered(format, 1)
    whole = talks(read(lines(record), format))
    said = at(record, CALLS[format][2])
    said[:] = data.draw(st.permutations(said))
    assert talks(read(lines(record), format)) == whole


@pytest.mark.parametrize("format", PAGES)
@QUICK
@given(data=st.data())
def test_a_garbled_post_or_review_leaves_the_others_of_its_page(format: str, data: st.DataObject) -> None:
    name, path = PAGES[format]
    page = golden(name)
    others = {turn.text for one in talks(read(json.dumps(page), format)).values() for turn in one.turns}
    bad = garbled(data, at(page, path)[0])
    at(page, path).append({**bad, "id": "9", "name": "t1_9"} if isinstance(bad, dict) else bad)
    found = talks(read(json.dumps(page), format))
    assert others <= {turn.text for one in found.values() for turn in one.turns}


def test_posts_and_pages_in_any_order_make_the_same_conversations() -> None:
    thread = golden("reddit-thread.json")
    forward, backward = (talks(read(json.dumps(pages), "reddit")) for pages in (thread, thread[::-1]))
    assert forward == backward
    sentences = (GOLDEN / "twilio.jsonl").read_text("utf-8").splitlines()
    assert talks(read(lines(*sentences), "twilio")) == talks(read(lines(*sentences[::-1]), "twilio"))


WRONG = [
    ("transcribe", ("Transcript", 1, "BeginOffsetMillis"), "soon", "Transcript.BeginOffsetMillis"),
    ("contactlens", ("Transcript", 0, "BeginOffsetMillis"), [1], "Transcript.BeginOffsetMillis"),
    ("deepgram", ("results", "utterances", 2, "start"), "3 s", "results.utterances.start"),
    ("assemblyai", ("utterances", 0, "start"), 1e99, "utterances.start"),
    ("whisper", ("segments", 0, "start"), "0:00", "segments.start"),
    ("genesys", ("transcripts", 0, "phrases", 0, "startTimeMs"), "then", "phrases.startTimeMs"),
    ("insights", ("entries", 0, "start_timestamp_usec"), "x", "entries.start_timestamp_usec"),
]


@pytest.mark.parametrize(("format", "path", "value", "field"), WRONG)
def test_a_dead_call_names_its_record_its_field_and_the_value(
    format: str, path: tuple[str | int, ...], value: Any, field: str
) -> None:
    record = numbered(format, 2)
    at(record, path[:-1])[path[-1]] = value
    (dead,) = [one for one in read(lines(numbered(format, 1), record), format) if isinstance(one, DeadRecord)]
    assert (dead.record, dead.field, dead.value) == (2, field, str(value))


@pytest.mark.parametrize(
    ("format", "path", "value", "field", "number"),
    [
        ("appstore", ("data", 1, "attributes", "rating"), 6, "rating", 2),
        ("appstore", ("data", 1, "attributes", "createdDate"), "May", "date", 2),
        ("googleplay", ("reviews", 0, "comments", 0, "userComment", "starRating"), "best", "rating", 1),
        ("reddit", (0, "data", "children", 0, "data", "created_utc"), "now", "created_utc", 1),
        ("mastodon", ("ancestors", 0, "created_at"), "now", "created_at", 1),
        ("bluesky", ("feed", 1, "post", "record", "createdAt"), "now", "record.createdAt", 3),
        ("youtube", ("items", 0, "replies", "comments", 0, "snippet", "publishedAt"), 1, "snippet.publishedAt", 2),
    ],
)
def test_a_dead_post_or_review_names_its_place_in_the_file_its_field_and_the_value(
    format: str, path: tuple[str | int, ...], value: Any, field: str, number: int
) -> None:
    page = golden(PAGES[format][0])
    at(page, path[:-1])[path[-1]] = value
    (dead,) = [one for one in read(json.dumps(page), format) if isinstance(one, DeadRecord)]
    assert (dead.record, dead.field, dead.value) == (number, field, str(value))
