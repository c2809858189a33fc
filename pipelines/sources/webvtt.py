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

TAG = re.compile(r"<[^>]*>")
GAP, BLANK = re.compile(r"\n\n+"), re.compile(r"^[^\S\n]+$", re.MULTILINE)
CLOCK = r"(?:([0-9]{2,9}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"
STAMP = CLOCK.replace(")?", ")").replace(r"\.", "[,.]")
CUES = {
    "vtt": re.compile(rf"(?:.+\n)?{CLOCK} --> {CLOCK}(?:\n(?P<said>[\s\S]+))?"),
    "srt": re.compile(rf"[0-9]+\n{STAMP} --> {STAMP}\n(?P<said>[\s\S]+)"),
}
"""A cue as nearly all are written: begin and end in hours, minutes, seconds, milliseconds; its text; no settings."""
Cue = tuple[float, str]
"""Seconds from the start, and what is said."""


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_text(path, options, "webvtt", transcript)


def transcript(place: Place, text: str) -> Conversation:
    """One call. Its date: a note `started:`, else the file's name, else the option. Raises BadRecord."""
    notes = {key.lower(): value for block in BLOCK.findall(text) for key, value in NOTE.findall(block)}
    return noted(place, notes, captions(text, "vtt"))


def captions(text: str, format: str) -> list[Utterance]:
    """The voices of each cue, `format` being vtt or srt. Raises BadRecord."""
    cues = plain(text, format)
    if cues is None:
        cues = any_cues(text, format)
    return [Utterance(name, said, at) for at, raw in cues for name, said in _voices(raw)]


def plain(text: str, format: str) -> list[Cue] | None:
    """Of a file that is written as nearly all are, at a multiple of the library's speed; None for any other."""
    if "\r" in text or (not text.startswith("WEBVTT") if format == "vtt" else BLANK.search(text)):
        return None
    blocks = [block for block in GAP.split(text.strip("\n")) if format == "srt" or "-->" in block]
    found = [cue for block in blocks if (cue := CUES[format].fullmatch(block))]
    if not len(found) == len(blocks) == text.count("-->") > 0:
        return None
    return [
        (float(int(cue[1] or 0) * 3600 + int(cue[2]) * 60 + int(cue[3])) + int(cue[4]) / 1000, cue["said"] or "")
        for cue in found
    ]


def any_cues(text: str, format: str) -> list[Cue]:
    """As the library reads them. Raises BadRecord."""
    try:
        return [
            (float(cue.start_in_seconds) + cue.start_time.milliseconds / 1000, cue.raw_text)
            for cue in webvtt.from_buffer(io.StringIO(text), format=format)
        ]
    except (webvtt.MalformedFileError, webvtt.MalformedCaptionError) as error:
        raise BadRecord(f"not valid {format.upper()}: {error}") from error


def _voices(raw: str) -> Iterator[tuple[str, str]]:
    """(speaker's name or "", text) of each voice within a cue."""
    parts = VOICE.split(raw)
    found = zip(["", *parts[1::2]], parts[::2], strict=True) if len(parts) > 1 else by_name(raw)
    for name, part in found:
        if body := " ".join(html.unescape(TAG.sub("", part)).split()):
            yield html.unescape(name).strip(), body
