"""Values of a record: times, identifiers, mail bodies, and the conversation made of them."""

import html
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.customer import Customer
from nlp.errors import BadRecord, BadSetting
from nlp.journeys.contact import TAKEN_OVER

CHANGED = "_changed_at"
"""The fact under which a reader tells when a conversation last changed, ISO 8601; it is not kept among its facts."""
IDENTIFIERS = "_identifiers"
"""The fact under which a reader tells all identifiers of a conversation's customer; it is not kept among its facts."""
KINDS = ("email", "phone", "x", "id", "name", "order", "anonymous")
Draft = tuple[Speaker, str, datetime | None]
TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
BREAK = re.compile(r"<br\b[^<>]*>|</(?:p|div|li|tr|h[1-6])>", re.I)
LEFT_OUT = re.compile(r"<(?:script|style|blockquote|!)|gmail_|yahoo_", re.I)
UNSAID = {"script", "style", "blockquote"}
QUOTED = {"gmail_quote", "gmail_signature", "yahoo_quoted"}
NESTED = 2000
SURROGATE = re.compile("[\ud800-\udfff]")
EPOCH = re.compile(r"-?\d{9,16}(\.\d+)?")
YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
ZONED = re.compile(r"(\d{4}-\S+(?: \d\S*)?) +([A-Za-z]\w*(?:/[\w+-]+)*)$")
"""2024-05-01 09:30 Europe/Paris"""
NO_TIME = "not a time; use ISO 8601, such as 2024-05-01T09:30:00Z"
PATTERNS = ("%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%b %d, %Y")


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer as a CRM or a platform knows it: identifiers "kind:value", the id's first. Protect before storing.

    `at`: when each attribute was so, aware UTC, where the source tells it: a later one then stands, whatever the order.
    """

    customer: Customer
    identifiers: tuple[str, ...]
    at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Same:
    """That identifiers "kind:value" are one customer's, and nothing else of them. Protect before storing."""

    identifiers: tuple[str, ...]


def zone(name: str) -> ZoneInfo:
    """Raises BadSetting."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadSetting(f"timezone={name!r}: an IANA name such as Europe/Paris or UTC expected") from error


def time(value: Any, field: str, tz: ZoneInfo) -> tuple[datetime, bool]:
    """(aware UTC, whether the value named no zone): ISO 8601, with the name of a zone, too, 2020/3/18, epoch seconds or
    milliseconds, mail dates.

    Raises BadRecord, also for 03/04/2020, which may be March or April.
    """
    try:
        found = _time(value)
        return (found if found.tzinfo else found.replace(tzinfo=tz)).astimezone(UTC), found.tzinfo is None
    except (ValueError, OverflowError, OSError, TypeError) as error:
        reason = str(error) if str(error).startswith("the zone ") else NO_TIME
        raise BadRecord(reason, field, str(value)) from error


def _time(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    text = str(value).strip()
    if not isinstance(value, bool) and EPOCH.fullmatch(text) and math.isfinite(float(text)):
        seconds = float(text)
        while abs(seconds) > 1e11:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC)
    if match := YEAR_FIRST.match(text):
        return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    try:
        return datetime.fromisoformat(text)  # first: by far the fastest, and by far the most frequent
    except ValueError:
        return _written(text)


def _written(text: str) -> datetime:
    for pattern in PATTERNS:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007
        except ValueError:
            continue
    if (match := ZONED.match(text)) and (found := datetime.fromisoformat(match[1])).tzinfo is None:
        return found.replace(tzinfo=_zone(match[2]))
    raise ValueError(text)


def _zone(name: str) -> ZoneInfo:
    """Raises ValueError; of abbreviations only UTC and GMT are one zone for all."""
    if "/" in name or name in ("UTC", "GMT"):
        with suppress(KeyError, OSError, ValueError):
            return ZoneInfo(name)
    raise ValueError(f"the zone {name!r} is not known; write an offset such as +02:00, or a name such as Europe/Paris")


def moment(value: Any, tz: ZoneInfo) -> datetime | None:
    """As `time`, where it can be read."""
    try:
        return None if value in (None, "") else time(value, "", tz)[0]
    except BadRecord:
        return None


def identifier(kind: str, value: Any) -> str:
    """ "kind:value", in one spelling; "" where there is no value."""
    text = clean(value).strip()
    if kind == "email":
        text = text.lower()
    elif kind == "x":
        text = text.lstrip("@").lower()
    elif kind == "phone":
        text = re.sub(r"[^\d+]", "", text)
    elif kind == "order":
        text = re.sub(r"[^\w-]", "", text).upper()
    return f"{kind}:{text}" if text else ""


def identified(value: Any) -> str:
    """What is written as "kind:value", or as a bare id."""
    kind, colon, rest = clean(value).strip().partition(":")
    return identifier(kind, rest) if colon and kind in KINDS else identifier("id", value)


def clean(value: Any) -> str:
    """As text, without null characters and without halves of characters, which no store accepts."""
    text = value if type(value) is str else "" if value is None else str(value)
    if text.isascii() and "\x00" not in text:
        return text
    return SURROGATE.sub("\ufffd", text.replace("\x00", ""))


def from_html(body: str) -> str:
    """The readable text; quotes, signatures and styles of known mail programs are left out."""
    if not TAG.search(body) and "&" not in body:
        return body
    if not LEFT_OUT.search(body) or len(re.findall(r"<[a-zA-Z]", body)) > NESTED:
        # nothing to leave out, or too deep for the parser, whose time grows with the square of the nesting
        return re.sub(r"[ \t\xa0]+", " ", html.unescape(TAG.sub("", BREAK.sub("\n", body))))
    from bs4 import BeautifulSoup  # slow to import, and a server waits for it at its start
    from bs4.exceptions import ParserRejectedMarkup

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            soup = BeautifulSoup(BREAK.sub(r"\n\g<0>", body), "html.parser")
        for element in soup.find_all(_unsaid):
            element.decompose()
        text = soup.get_text()
    except (ParserRejectedMarkup, RecursionError, AssertionError, ValueError):
        text = TAG.sub(" ", body)
    return re.sub(r"[ \t\xa0]+", " ", text)


def _unsaid(element: Any) -> bool:
    """Quotes, signatures and what no reader sees."""
    return element.name in UNSAID or not QUOTED.isdisjoint(element.get("class") or ())


def conversation(
    id: Any,
    *,
    source: str,
    channel: Channel,
    customer: str,
    started_at: datetime,
    drafts: Iterable[Draft],
    agents: Iterable[Any] = (),
    metadata: Mapping[str, Any],
    changed: datetime | None = None,
    identifiers: Iterable[str] = (),
) -> Conversation:
    """Cleaned, its turns in order of time where every turn has one; `changed` is when its source says that it last was,
    `identifiers` what else its customer is known by. `agents`: who wrote each draft, by an id of the source, None where
    that is not told; of it only TAKEN_OVER is kept.

    Raises BadRecord for an empty id.
    """
    name = clean(id).strip()
    if not name:
        raise BadRecord("the record has no id", "id", "")
    written = zip(drafts, chain(agents, repeat(None)), strict=False)
    kept = [(speaker, text, at, who) for (speaker, body, at), who in written if (text := clean(body).strip())]
    if all(at is not None for _, _, at, _ in kept):
        kept.sort(key=lambda draft: draft[2] or started_at)
    facts = {clean(k): _flat(v) for k, v in metadata.items() if v or v == ()}
    if taken := list(_taken_over((speaker, who) for speaker, _, _, who in kept)):
        facts[TAKEN_OVER] = taken
    if any("\ufffd" in text for _, text, _, _ in kept):
        facts["undecodable"] = True
    for told in (CHANGED, IDENTIFIERS):
        facts.pop(told, None)
    if further := [other for other in dict.fromkeys(identifiers) if other and other != customer]:
        facts[IDENTIFIERS] = further
    if changed:
        facts[CHANGED] = changed.isoformat()
    turns = tuple(Turn(number, speaker, text, at) for number, (speaker, text, at, _) in enumerate(kept))
    return Conversation(f"{source}:{name}", source, channel, customer, started_at, turns, facts)


def _taken_over(writers: Iterable[tuple[Speaker, Any]]) -> Iterator[int]:
    """Numbers of the turns by another agent than the one before."""
    last = ""
    for number, (speaker, who) in enumerate(writers):
        if speaker is Speaker.AGENT and who:
            if last and str(who) != last:
                yield number
            last = str(who)


def _flat(value: Any) -> Any:
    if type(value) is str or value is True:
        return value if value is True else clean(value)
    if isinstance(value, (list, tuple)):
        return [_flat(v) for v in value if isinstance(v, (str, int, float))]
    return (
        value if isinstance(value, (int, bool)) or (isinstance(value, float) and math.isfinite(value)) else clean(value)
    )


def record(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one: exports hold null where nothing is."""
    return value if isinstance(value, (dict, Mapping)) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; [] for anything else."""
    return [row for row in value if isinstance(row, (dict, Mapping))] if isinstance(value, list) else []
