"""What call readers share: utterances with labels and offsets, who speaks, when the call began, and the turns of it."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord, BadSetting
from pipelines.sources._inputs import named
from pipelines.sources._records import Options, convert, json_records, mappings, open_text, too_large, unfolded
from pipelines.sources._trust import trusted
from pipelines.sources._values import Draft, conversation, identifier, time, zone

LABELS = (
    (Speaker.BOT, re.compile(r"\b(bot|ivr|virtual|automated|system)\b", re.I)),
    (Speaker.CUSTOMER, re.compile(r"\b(customer|caller|client|guest|patient|member)\b", re.I)),
    (Speaker.AGENT, re.compile(r"\b(agent|support|representative|rep|advisor|operator|service)\b", re.I)),
)
NAMED = re.compile(r"^\[?([A-Z][\w .'()-]{0,40}?)\]?:\s+(?=\S)", re.MULTILINE)
DATE = re.compile(
    r"(?<![0-9A-Fa-f])(20\d{2})[-_.]?([01]\d)[-_.]?([0-3]\d)"
    r"(?:[T_ -]?([01]\d|2[0-3])[-_.:h]?([0-5]\d)(?:[-_.:m]?([0-5]\d))?(?:\.\d+)?(Z|_?UTC)?(?!\d))?"
)
LONGEST = 1e7
"""Seconds: no call lasts 115 days; what says so is no offset."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one voice said. `at`: seconds from the call's start, or a time; `role` only where the source states it."""

    label: str
    text: str
    at: float | datetime | None = None
    role: Speaker | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies (file, number from 1, the format's name) and what was told of it."""

    path: Path
    number: int
    format: str
    options: Options
    tz: ZoneInfo

    def id(self, value: Any) -> Any:
        """The record's own id, else the file's name, with the number of every record but the first."""
        return value or (named(self.path).stem if self.number == 1 else f"{named(self.path).stem}-{self.number}")

    def started(self, stamps: Iterable[Any], last: Any = None) -> tuple[datetime, dict[str, Any]]:
        """When it began, and what to note of that: a stamp, the file's name, the option, or else the stamp `last`.

        Raises BadRecord where none of them is there.
        """
        stated = next((stamp for stamp in stamps if stamp), None)
        in_file = None if stated else in_name(named(self.path).name)
        stamp = stated or in_file or self.options.started_at or last
        if not stamp:
            reason = "no time in the record or in the file's name; give one by the option started_at"
            raise BadRecord(reason, "started_at", self.path.name)
        found, naive = time(stamp, "started_at", self.tz)
        by = "" if stated else "file name" if in_file else "option" if self.options.started_at else "transcription"
        return found, {"naive_times": naive, "dated_by": by}


def read_json(
    path: Path,
    options: Options,
    format: str,
    make: Callable[[Place, Mapping[str, Any]], Conversation],
    *,
    pages: tuple[str, ...] = (),
) -> Iterator[Conversation | BadRecord]:
    """A call a JSON document, line or list element, or an element of a page's list of a name in `pages`."""
    tz, _ = zone(options.timezone), told(options)
    with open_text(path) as stream:
        found = json_records(stream, options.max_record, lists=pages)
        records = mappings(unfolded(found, *pages) if pages else found)
        yield from convert(
            path,
            (
                (n, raw if isinstance(raw, BadRecord) else (Place(path, n, format, options, tz), raw))
                for n, raw in records
            ),
            lambda found: make(*found),
        )


def read_text(
    path: Path, options: Options, format: str, make: Callable[[Place, str], Conversation]
) -> Iterator[Conversation | BadRecord]:
    """A call a file of text."""
    place = Place(path, 1, format, options, zone(options.timezone))
    told(options)
    with open_text(path) as stream:
        text = stream.read(options.max_record + 1).replace("\x00", "")
    found: str | BadRecord = text
    if not text.strip("\ufeff \r\n\t"):
        found = BadRecord("the file is empty")
    elif len(text) > options.max_record:
        found = too_large(len(text), options.max_record)
    yield from convert(path, iter([(1, found)]), lambda whole: make(place, whole))


def noted(place: Place, notes: Mapping[str, str], said: Sequence[Utterance]) -> Conversation:
    """One call of a transcript whose notes may tell `id`, `started` and `caller`. Raises BadRecord."""
    return call(
        place,
        notes.get("id"),
        said,
        stamps=[notes.get("started")],
        customer=identifier("phone", notes.get("caller")),
        metadata={"people": people(said)},
    )


def call(
    place: Place,
    id: Any,
    said: Sequence[Utterance],
    *,
    stamps: Iterable[Any] = (),
    last: Any = None,
    channel: Channel = Channel.CALL,
    customer: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> Conversation:
    """One call (or chat) in order of time. Neighbours of one speaker are one turn, except in a chat and where nobody
    has a name. Raises BadRecord where nothing is said or nothing tells when."""
    said = [utterance for utterance in said if utterance.text.strip()]
    if not said:
        raise BadRecord("no utterance with text", "text", "")
    times = [utterance.at for utterance in said if isinstance(utterance.at, datetime)]
    started, dated = place.started([*stamps, min(times, default=None)], last)
    timed = [(utterance, _when(utterance.at, started)) for utterance in said]
    if all(at is not None for _, at in timed):
        timed.sort(key=lambda pair: pair[1] or started)
    roles, rule = resolved([utterance for utterance, _ in timed], told(place.options))
    drafts = list(zip(roles, (utterance.text for utterance, _ in timed), (at for _, at in timed), strict=True))
    return conversation(
        place.id(id),
        source=place.options.source or place.format,
        channel=channel,
        customer=customer,
        started_at=started,
        drafts=merged(drafts) if channel is Channel.CALL and rule != "unknown" else drafts,
        metadata={
            **(metadata or {}),
            **dated,
            **trusted(rule),
        },
    )


def resolved(said: Sequence[Utterance], told: Mapping[str, Speaker]) -> tuple[list[Speaker], str]:
    """Each utterance's speaker, and the weakest rule that was needed: a key of TRUST.

    An utterance without a label goes on with the speaker before it.
    """
    stated = {utterance.role for utterance in said if utterance.role}
    labels = list(dict.fromkeys(utterance.label for utterance in said if not utterance.role and utterance.label))
    roles, rule = _roles(labels, told, stated)
    speakers: list[Speaker] = []
    for utterance in said:
        known = utterance.role or roles.get(utterance.label) or (speakers[-1] if speakers else None)
        speakers.append(known or Speaker.CUSTOMER)
    return speakers, rule if roles or stated else "unknown"


def _roles(
    labels: Sequence[str], told: Mapping[str, Speaker], stated: Iterable[Speaker]
) -> tuple[dict[str, Speaker], str]:
    """The speakers of labels whose role no source states, in the order in which they first speak, and the rule.

    What was told of a label, words in labels (the others are then the other party), and last: the first is the agent.
    """
    roles = {label: told[label.lower()] for label in labels if label.lower() in told}
    rule = "told" if roles else "stated"
    for label in labels:
        if label not in roles and (found := by_words(label)):
            roles[label], rule = found, "labels"
    parties = {*stated, *roles.values()}
    for label in labels:
        if label not in roles:
            rule = "labels" if parties & {Speaker.AGENT, Speaker.CUSTOMER} else "first speaker"
            roles[label] = Speaker.CUSTOMER if {Speaker.AGENT} & {*parties, *roles.values()} else Speaker.AGENT
    return roles, rule


def by_words(label: str) -> Speaker | None:
    """Whom a word in a label tells, such as "Support Bob"."""
    return next((speaker for speaker, words in LABELS if words.search(label)), None)


def told(options: Options) -> dict[str, Speaker]:
    """Label, in lower case -> speaker, as the options say. Raises BadSetting."""
    if unknown := {name for name in options.speakers.values() if name not in set(Speaker)}:
        raise BadSetting(f"speakers: {', '.join(sorted(unknown))}: known: {', '.join(Speaker)}")
    return {label.lower(): Speaker(name) for label, name in options.speakers.items()}


def merged(drafts: Iterable[Draft]) -> list[Draft]:
    """Neighbours of one speaker as one turn, at the time of the first."""
    turns: list[Draft] = []
    for speaker, text, at in drafts:
        if turns and turns[-1][0] is speaker:
            turns[-1] = (speaker, f"{turns[-1][1]} {text.strip()}", turns[-1][2])
        else:
            turns.append((speaker, text.strip(), at))
    return turns


def people(said: Iterable[Utterance]) -> list[str]:
    """The speakers' own names: their labels without the words that tell a role, and none that is only a number."""
    names = dict.fromkeys(utterance.label for utterance in said)
    for _, words in LABELS:
        names = dict.fromkeys(words.sub("", name).strip() for name in names)
    return [name for name in names if len(name) > 1 and not re.fullmatch(r"(?i)(speaker|channel)?[\s_]*\d+\w?", name)]


def by_name(raw: str) -> Iterator[tuple[str, str]]:
    """(name or "", text) of each `Name: text` or `[Name]: text` within a caption."""
    parts = NAMED.split(raw)
    yield from zip(["", *parts[1::2]], parts[::2], strict=True)


def offset(value: Any, field: str, *, per_second: float = 1) -> float | None:
    """Seconds from the start; None where there is no value. Raises BadRecord."""
    if value is None or value == "":
        return None
    try:
        seconds = float(value) / per_second
    except (TypeError, ValueError):
        seconds = math.nan
    if not -1 <= seconds <= LONGEST or isinstance(value, bool):
        raise BadRecord("not an offset from the start of the call", field, str(value))
    return seconds


def in_name(name: str) -> str:
    """The date, and the time where there is one, that a name holds, as ISO 8601; "" where it holds none."""
    found = DATE.search(name)
    if not found:
        return ""
    year, month, day, hour, minute, second = found.groups(default="00")[:6]
    stamp = f"{year}-{month}-{day}T{hour}:{minute}:{second}{'Z' if found[7] else ''}"
    try:
        datetime.fromisoformat(stamp)
    except ValueError:
        return ""
    return stamp


def _when(at: float | datetime | None, started: datetime) -> datetime | None:
    return at if at is None or isinstance(at, datetime) else started + timedelta(seconds=at)
