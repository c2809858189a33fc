"""WebVTT transcripts of calls: one file a call, its speakers named by <v Name> or `Name: text`."""

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import webvtt

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._calls import Place, Utterance, by_name, noted, read_text
from pipelines.sources._records import Options

VOICE = re.compile(r"<v(?:\.[^\s>]+)*[ \t]+([^>]+)>")
NOTE = re.compile(r"^(?:NOTE[ \t]+)?(started|caller|id)[ \t]*:[ \t]*(\S.*?)[ \t]*$", re.IGNORECASE | re.MULTILINE)
BLOCK = re.compile(r"^NOTE\b.*?(?=\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL)


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_text(path, options, "webvtt", transcript)


def transcript(place: Place, text: str) -> Conversation:
    """One call. Its date: a note `started:`, else the file's name, else the option. Raises BadRecord."""
    notes = {key.lower(): value for block in BLOCK.findall(text) for key, value in NOTE.findall(block)}
    return noted(place, notes, captions(text, "vtt"))


def captions(text: str, format: str) -> list[Utterance]:
    """The voices of each cue, `format` being vtt or srt. Raises BadRecord."""
    try:
        cues = list(webvtt.from_buffer(io.StringIO(text), format=format))
        return [
            Utterance(name, said, float(cue.start_in_seconds) + cue.start_time.milliseconds / 1000)
            for cue in cues
            for name, said in _voices(cue.raw_text)
        ]
    except (webvtt.MalformedFileError, webvtt.MalformedCaptionError) as error:
        raise BadRecord(f"not valid {format.upper()}: {error}") from error


def _voices(raw: str) -> Iterator[tuple[str, str]]:
    """(speaker's name or "", text) of each voice within a cue."""
    parts = VOICE.split(raw)
    found = zip(["", *parts[1::2]], parts[::2], strict=True) if len(parts) > 1 else by_name(raw)
    for name, part in found:
        if body := " ".join(html.unescape(re.sub(r"<[^>]*>", "", part)).split()):
            yield html.unescape(name).strip(), body
