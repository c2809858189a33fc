"""Plain transcripts of calls: lines of `Name: text`, one file a call, with or without times."""

import re
from collections.abc import Iterator
from pathlib import Path

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._calls import LABELS, Place, Utterance, noted, read_text
from pipelines.sources._records import Options

CLOCK = r"[\[(]?(?:(?P<{0}h>\d{{1,2}}):)?(?P<{0}m>\d{{1,3}}):(?P<{0}s>\d{{2}}(?:[.,]\d+)?)[\])]?"
LINE = re.compile(
    rf"^\s*(?:{CLOCK.format('a')}\s*(?:-\s*)?)?(?P<name>[^\W\d_][\w .'()-]{{0,40}}?|\[[^\]\n]{{1,40}}\])"
    rf"(?:\s*{CLOCK.format('b')})?\s*:(?:\s+(?P<text>\S.*)|\s*)$"
)
HEAD = re.compile(r"^\s*(started|caller|id)\s*:\s*(\S.*?)\s*$", re.IGNORECASE)
CAPITAL = re.compile(r"[A-Z][\w.'()-]*(?: [A-Z0-9(][\w.'()-]*){0,3}")


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_text(path, options, "transcript", transcript)


def transcript(place: Place, text: str) -> Conversation:
    """One call; lines `started:`, `caller:`, `id:` may stand before the first that is said. Raises BadRecord."""
    notes: dict[str, str] = {}
    said: list[Utterance] = []
    for line in text.lstrip("\ufeff").splitlines():
        if not said and (head := HEAD.match(line)):
            notes[head[1].lower()] = head[2]
        elif found := _spoken(line):
            said.append(found)
        elif said:
            last = said[-1]
            said[-1] = Utterance(last.label, f"{last.text} {line.strip()}".strip(), last.at)
    if not said:
        raise BadRecord("no line of the form Name: text", "text", text.strip())
    return noted(place, notes, said)


def _spoken(line: str) -> Utterance | None:
    """A line that names its speaker: in capitals, in brackets, or by a word that tells a role; else it goes on."""
    found = LINE.match(line)
    if not found:
        return None
    name = found["name"].strip("[] ")
    known = found["name"].startswith("[") or CAPITAL.fullmatch(name) or any(word.fullmatch(name) for _, word in LABELS)
    return Utterance(name, found["text"] or "", _seconds(found)) if known else None


def _seconds(found: re.Match[str]) -> float | None:
    for side in ("a", "b"):
        if found[f"{side}s"]:
            hours, minutes = int(found[f"{side}h"] or 0), int(found[f"{side}m"])
            return hours * 3600 + minutes * 60 + float(found[f"{side}s"].replace(",", "."))
    return None
