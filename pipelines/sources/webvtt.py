"""WebVTT transcripts of calls: one file a call, its speakers named by <v Name> or `Name: text`."""

import html
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import webvtt

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._records import Options, convert, open_text
from pipelines.sources._values import Draft, conversation, identifier, time, zone

VOICE = re.compile(r"<v(?:\.[^\s>]+)*[ \t]+([^>]+)>")
NAMED = re.compile(r"^([A-Z][\w .'()-]{0,40}?):\s+(?=\S)", re.MULTILINE)
NOTE = re.compile(r"^(?:NOTE[ \t]+)?(started|caller|id)[ \t]*:[ \t]*(\S.*?)[ \t]*$", re.IGNORECASE | re.MULTILINE)
BLOCK = re.compile(r"^NOTE\b.*?(?=\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL)
DATE = re.compile(r"(20\d{2})[-_.]?([01]\d)[-_.]?([0-3]\d)(?:[T_ -]?([0-2]\d)[-_.:h]?([0-5]\d))?")
LABELS = (
    (Speaker.BOT, re.compile(r"\b(bot|ivr|virtual|automated|system)\b", re.I)),
    (Speaker.CUSTOMER, re.compile(r"\b(customer|caller|client|guest|patient|member)\b", re.I)),
    (Speaker.AGENT, re.compile(r"\b(agent|support|representative|rep|advisor|operator|service)\b", re.I)),
)


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    with open_text(path) as stream:
        text = stream.read(options.max_record + 1).replace("\x00", "")
    zone(options.timezone)
    found: str | BadRecord = text
    if not text.strip("\ufeff \n"):
        found = BadRecord("the file is empty")
    elif len(text) > options.max_record:
        found = BadRecord(f"larger than {options.max_record:,} characters", "size", str(len(text)))
    yield from convert(path, iter([(1, found)]), lambda raw: call(raw, path, options))


def call(text: str, path: Path, options: Options) -> Conversation:
    """One call. Its date: a note `started:`, else the file's name, else the option. Raises BadRecord."""
    try:
        cues = list(webvtt.from_buffer(io.StringIO(text)))
        pieces = [piece for cue in cues for piece in _pieces(cue.raw_text, float(cue.start_in_seconds))]
    except (webvtt.MalformedFileError, webvtt.MalformedCaptionError) as error:
        raise BadRecord(f"not valid WebVTT: {error}") from error
    if not pieces:
        raise BadRecord("no cue with text")
    notes = {key.lower(): value for block in BLOCK.findall(text) for key, value in NOTE.findall(block)}
    in_name = DATE.search(path.stem)
    stamp = notes.get("started") or (in_name and _from_name(in_name)) or options.started_at
    started, naive = time(stamp, "started_at", zone(options.timezone))
    roles, sure = _roles([name for name, _, _ in pieces])
    return conversation(
        notes.get("id") or path.stem,
        source=options.source or "webvtt",
        channel=Channel.CALL,
        customer=identifier("phone", notes.get("caller")),
        started_at=started,
        drafts=_drafts(pieces, roles, started),
        metadata={"naive_times": naive, "roles_guessed": not sure, "people": _people(pieces)},
    )


def _from_name(match: re.Match[str]) -> str:
    year, month, day, hour, minute = match.groups(default="00")
    return f"{year}-{month}-{day}T{hour}:{minute}"


def _pieces(raw: str, seconds: float) -> Iterator[tuple[str, str, float]]:
    """(speaker's name or "", text, seconds from the start) of each voice within a cue."""
    mark = VOICE if VOICE.search(raw) else NAMED
    parts = mark.split(raw)
    for name, part in zip(["", *parts[1::2]], parts[::2], strict=True):
        body = " ".join(html.unescape(re.sub(r"<[^>]*>", "", part)).split())
        if body:
            yield html.unescape(name).strip(), body, seconds


def _roles(names: list[str]) -> tuple[dict[str, Speaker], bool]:
    """Name -> speaker, and whether labels decided. Without any label word the first to speak is the agent."""
    roles: dict[str, Speaker] = {}
    order = [name for name in dict.fromkeys(names) if name]
    for name in order:
        if found := next((speaker for speaker, words in LABELS if words.search(name)), None):
            roles[name] = found
    sure = len(roles) == len(order) > 0
    for name in order:
        if name not in roles:
            taken = set(roles.values())
            roles[name] = Speaker.CUSTOMER if Speaker.AGENT in taken else Speaker.AGENT
    return roles, sure


def _people(pieces: list[tuple[str, str, float]]) -> list[str]:
    """The speakers' own names: their labels without the words that tell a role."""
    labels = dict.fromkeys(name for name, _, _ in pieces)
    for _, words in LABELS:
        labels = dict.fromkeys(words.sub("", label).strip() for label in labels)
    return [label for label in labels if label]


def _drafts(pieces: list[tuple[str, str, float]], roles: dict[str, Speaker], started: datetime) -> list[Draft]:
    """Neighbouring cues of one speaker are one turn; a cue without a name goes on with the speaker before it."""
    drafts: list[Draft] = []
    speaker = Speaker.AGENT
    for name, text, seconds in pieces:
        speaker = roles.get(name, speaker)
        if drafts and drafts[-1][0] is speaker:
            drafts[-1] = (speaker, f"{drafts[-1][1]} {text}", drafts[-1][2])
        else:
            drafts.append((speaker, text, started + timedelta(seconds=seconds)))
    return drafts
