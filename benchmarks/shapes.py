"""Every format's golden file, enlarged: the n-th copy has ids of its own, so that each of its conversations counts.

Where a format has no golden file, the shipped sample's is taken.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.settings import ROOT

GOLDEN = ROOT / "tests" / "pipelines" / "sources" / "golden"
SAMPLE = ROOT / "corpora" / "sample"
ID = re.compile(r"(?:^|_)(?:id|uri|sid)$|(?:Id|ID)$|^(?:JobName|cid)$")
KEPT = {"channelId", "videoId", "ParticipantId", "anonymousId"}
"""Ids that other fields refer to by other names, and of which no conversation is known."""
SAID = {"text", "body", "selftext", "content", "textOriginal", "textDisplay"}
"""Words of posts and reviews: the copy's number after them tells them apart."""
MARK = 7_654_321
"""A number that stands in no golden file."""
CUE = re.compile(r"^(?:\d+\n)?\[?00:\d\d:\d\d", re.MULTILINE)
LENGTH = 12_000
"""Characters of a transcript: its golden file is far shorter, and most of the time would go into opening it."""
FULLNAME = re.compile(r"t[13]_\w+")
THREAD = {
    "id": 1,
    "channel": "chat",
    "customer": {"email": "ada@example.org"},
    "started_at": "2024-05-01T08:00:00Z",
    "turns": [
        {"speaker": "customer", "text": "The kettle that you sent does not switch itself off.", "at": 1714550400},
        {"speaker": "agent", "text": "I am sorry to hear that. I will send another one today.", "at": 1714550460},
        {"speaker": "customer", "text": "This is the second one. I would rather have my money back.", "at": 1714550520},
    ],
}
CALLS = [
    {
        "type": "identify",
        "messageId": "m1",
        "userId": "u1",
        "timestamp": "2024-05-01T08:00:00Z",
        "traits": {"email": "ada@example.org", "plan": "pro"},
    },
    {
        "type": "track",
        "messageId": "m2",
        "userId": "u1",
        "timestamp": "2024-05-01T08:05:00Z",
        "event": "Order Completed",
        "properties": {"order_id": "A1", "revenue": 10.5},
    },
]


@dataclass(frozen=True, slots=True)
class Shape:
    """`copy(n)` is the n-th copy's text; `head` stands before the first. `alone`: a copy is a file of its own. `held`:
    what belongs together may lie anywhere in a file, and waits on disk until all is read. `posts`: copies are pages of
    posts, which may speak to one another."""

    format: str
    name: str
    copy: Callable[[int], str]
    head: str = ""
    encoding: str = "utf-8"
    alone: bool = False
    held: bool = False
    posts: bool = False


def renumbered(value: Any, n: int, key: str = "") -> Any:
    """A JSON value with the copy's number after every id and every post's words."""
    if isinstance(value, dict):
        return {name: renumbered(inner, n, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [renumbered(inner, n, key) for inner in value]
    if key in SAID and isinstance(value, str) and value:
        return f"{value} {n}"
    if isinstance(value, str) and FULLNAME.fullmatch(value):
        return f"{value}x{n}"
    if ID.search(key) and key not in KEPT and value and not isinstance(value, bool):
        return int(f"{value}{n:07}") if isinstance(value, int) else f"{value}x{n}"
    return value


def _documents(path: Path) -> list[Any]:
    """The records of a golden file: of lines, of an array, or the one document that it is."""
    text = path.read_text("utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    whole = json.loads(text)
    return whole if isinstance(whole, list) else [whole]


def _lines(documents: Callable[[], list[Any]]) -> Callable[[int], str]:
    """A copy in lines; what names a Twilio transcript in an address is an id as well."""

    def copy(n: int) -> str:
        lines = (json.dumps(renumbered(one, n), ensure_ascii=False) for one in documents())
        return re.sub(r"(/Transcripts/GT\w+)", rf"\1x{n}", "".join(line + "\n" for line in lines))

    return copy


def _json(format: str, golden: str, **more: Any) -> Shape:
    return Shape(format, "export-2024-05-01.jsonl", _lines(cache(lambda: _documents(GOLDEN / golden))), **more)


def _sampled(name: str) -> Callable[[], list[Any]]:
    return cache(lambda: _documents(SAMPLE / name))


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@cache
def _rows(path: Path, encoding: str) -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def _cells(format: str, name: str, path: Path, mark: Callable[[str, int], str], encoding: str = "utf-8") -> Shape:
    """Of a CSV: `mark` renumbers the cells that hold ids."""

    def copy(n: int) -> str:
        return _csv([[mark(cell, n) for cell in row] for row in _rows(path, encoding)[1:]])

    return Shape(format, name, copy, head=_csv(_rows(path, encoding)[:1]), encoding=encoding)


def _table(n: int) -> str:
    tickets = _sampled("tickets.jsonl")()
    told = [(one["id"], one["description"], one["created_at"], one["requester"]["email"]) for one in tickets]
    return _csv([[f"{id}x{n}", text, at, email] for id, text, at, email in told])


def _mailbox(n: int) -> str:
    return re.sub(r"<([^<>\s@]+)@", rf"<\1.{n}@", (GOLDEN / "mail-takeout.mbox").read_text("utf-8"))


def _call(name: str, folder: Path = GOLDEN) -> Callable[[int], str]:
    text = cache(lambda: (folder / name).read_text("utf-8"))
    return lambda n: re.sub(r"(?m)^(id: .*)$", rf"\1x{n}", text())


def _shapes() -> Iterator[Shape]:
    yield _json("zendesk", "zendesk-export.jsonl")
    yield _json("intercom", "intercom.jsonl")
    yield _json("freshdesk", "freshdesk.json")
    yield _json("chatwoot", "chatwoot-list.json")
    yield _json("helpscout", "helpscout.json")
    yield Shape("mail", "box.mbox", _mailbox, held=True)
    yield Shape("table", "rows.csv", _table, head="id,text,created_at,email\n")
    yield Shape("threads", "threads.jsonl", _lines(lambda: [THREAD]))
    yield Shape("webvtt", "call.vtt", _call("20260515T172000Z-5713.vtt", SAMPLE / "calls"), alone=True)
    yield Shape("srt", "call-2024-05-01.srt", _call("srt-2024-05-01.srt"), alone=True)
    yield Shape("transcript", "call-2024-05-01.txt", _call("transcript.call.txt"), alone=True)
    yield _json("transcribe", "transcribe-20240501T0930Z.json")
    yield _json("contactlens", "contactlens-voice.json")
    yield _json("deepgram", "deepgram-call_2024-05-01_08-15.json")
    yield _json("assemblyai", "assemblyai-20240501.json")
    yield _json("whisper", "whisperx-2024-05-01.json")
    yield _json("genesys", "genesys.json")
    yield _json("twilio", "twilio.jsonl", held=True)
    yield _json("insights", "insights-0042.json")
    yield Shape("x", "pages.jsonl", _lines(_sampled("posts.jsonl")), held=True, posts=True)
    yield _json("reddit", "reddit-thread.json", held=True, posts=True)
    yield _json("mastodon", "mastodon-context.json", held=True, posts=True)
    yield _json("bluesky", "bluesky-thread.json", held=True, posts=True)
    yield _json("youtube", "youtube.json", held=True, posts=True)
    yield _json("appstore", "appstore-api.json", posts=True)
    yield _json("googleplay", "googleplay-api.json", posts=True)
    yield Shape("segment", "calls.jsonl", _lines(lambda: CALLS))
    yield Shape("scores", "scores.csv", lambda n: f"C{n},2024-05-01,9\n", head="customer_id,date,nps\n")
    yield _cells(
        "customers", "customers.csv", SAMPLE / "customers.csv", lambda cell, n: re.sub("^C\\d+$", f"\\g<0>x{n}", cell)
    )
    yield _cells("events", "events.csv", SAMPLE / "events.csv", lambda cell, n: re.sub("^C\\d+$", f"\\g<0>x{n}", cell))


SHAPES: dict[str, Shape] = {shape.format: shape for shape in _shapes()}


def lengthened(text: str) -> str:
    """A transcript whose call goes on, hour after hour, until it is as long as that of a quarter of an hour is."""
    first = CUE.search(text)
    assert first
    body, hours = text[first.start() :].rstrip("\n"), range(1 + LENGTH // len(text))
    return text[: first.start()] + "\n\n".join(re.sub(r"\b00(?=:\d\d:)", f"{hour:02}", body) for hour in hours)


def numbered(shape: Shape) -> Callable[[int], str]:
    """As `copy` of numbers of seven digits, but for the work of making each: one copy's number is replaced."""
    text = lengthened(shape.copy(MARK)) if shape.alone else shape.copy(MARK)
    return lambda n: text.replace(str(MARK), f"{n:07}")


def write(shape: Shape, folder: Path, size: int) -> list[Path]:
    """Files of at least `size` bytes in all: one, or one a copy where a copy stands alone."""
    folder.mkdir(parents=True, exist_ok=True)
    paths, written, n, copy = [folder / shape.name], 0, 0, numbered(shape)
    if shape.alone:
        paths = []
        while written < size:
            stem, _, suffix = shape.name.rpartition(".")
            path = folder / f"{n // 1000:05}" / f"{stem}-{n}.{suffix}"
            path.parent.mkdir(exist_ok=True)
            written += path.write_text(copy(n), shape.encoding)
            paths.append(path)
            n += 1
        return paths
    with paths[0].open("w", encoding=shape.encoding, newline="") as file:
        file.write(shape.head)
        while file.tell() < size:
            file.write("".join(copy(number) for number in range(n, n + 10)))
            n += 10
    return paths
