"""What exports of help desks have in common: messages, some said, some noted among colleagues, some deleted."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._records import Options, convert, json_records, mappings, open_text, unfolded
from pipelines.sources._reply import new_text
from pipelines.sources._values import Draft, from_html, identifier, time, zone

NAMES = {
    "email": ("email",),
    "phone": ("phone", "phone_number", "mobile"),
    "id": ("external_id", "unique_external_id", "identifier"),
}
"""Fields of a person, by the kind of what they tell."""
Raw = Mapping[str, Any]
Make = Callable[..., Conversation | None]


class Kind(StrEnum):
    """Only what was said is read. Notes are the company's own; what was deleted is nobody's; events have no text."""

    SAID = "said"
    NOTE = "note"
    DELETED = "deleted"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Message:
    """`body` is HTML or text; `at` as the source writes it, or None where it is the conversation's own time; `who`: the
    desk's id of who wrote it, where it tells one."""

    kind: Kind
    speaker: Speaker
    body: Any
    at: Any
    who: Any = None


def drafts(messages: Iterable[Message], *, field: str, started: datetime, tz: ZoneInfo) -> list[Draft]:
    """Turns of what was said, without quoted history and signatures. Raises BadRecord for a time of `field`."""
    return [
        (
            message.speaker,
            new_text(from_html(str(message.body or ""))),
            started if message.at is None else time(message.at, field, tz)[0],
        )
        for message in messages
        if message.kind is Kind.SAID
    ]


def writers(messages: Iterable[Message]) -> list[Any]:
    """Who wrote each of the drafts."""
    return [message.who for message in messages if message.kind is Kind.SAID]


def counts(messages: Iterable[Message]) -> dict[str, int]:
    """How many were left out, for the metadata."""
    kinds = Counter(message.kind for message in messages)
    return {"notes": kinds[Kind.NOTE], "deleted": kinds[Kind.DELETED]}


def refuse_part(raw: Raw, mark: str, whole: str) -> None:
    """A part alone, told by the field that names what it is of, is no conversation. Raises BadRecord."""
    if raw.get(mark) is not None:
        raise BadRecord(f"a part without the rest: export {whole}", mark, str(raw[mark]))


def person(desk: str, *people: Raw) -> str:
    """The first that is told of any: e-mail address, phone number, the company's own id, the desk's id of a person."""
    told = [_told(desk, who) for who in people]
    return next((found for place in range(len(NAMES) + 1) for found in (one for who in told for one in who[place])), "")


def known_by(desk: str, *people: Raw) -> list[str]:
    """All identifiers of whom `person` names: the others may be other people."""
    customer = person(desk, *people)
    every = ([one for group in _told(desk, who) for one in group] for who in people)
    return next((found for found in every if customer in found), [])


def _told(desk: str, who: Raw) -> list[list[str]]:
    """A person's identifiers by kind, the desk's own id last."""
    told = [[identifier(kind, who.get(name)) for name in names] for kind, names in NAMES.items()]
    told.append([identifier("id", who.get("id") and f"{desk}/{who['id']}")])
    return [list(filter(None, found)) for found in told]


def read(path: Path, options: Options, make: Make, *lists: str) -> Iterator[Conversation | BadRecord]:
    """Conversations, a JSON object each: lines, an array, or pages that hold them in the list under one of `lists`."""
    names = [name.rpartition(".")[2] for name in lists]
    with open_text(path) as stream:
        records = unfolded(json_records(stream, options.max_record, lists=names), *lists)
        yield from convert(path, mappings(records), partial(make, options=options, tz=zone(options.timezone)))
