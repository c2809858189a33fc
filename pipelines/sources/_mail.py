"""One mail out of its bytes: who wrote to whom, when, in what thread, what is new in it, and whether a person did."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from typing import Any

from nlp.errors import BadRecord
from pipelines.sources._reply import new_text
from pipelines.sources._values import clean, from_html

MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
REPLY = re.compile(r"^\s*(?:(?:re|aw|sv|vs|antw|fw|fwd|wg|tr|rv|r|i)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
AUTOMATIC = ("x-autoreply", "x-autorespond")
PRECEDENCE = ("auto_reply", "bulk", "junk")
"""Not "list": a support address that is a mailing list passes on what customers write."""
DAEMON = re.compile(r"^(?:mailer-daemon|postmaster)@", re.IGNORECASE)
ADDRESS = r"([\w+-]+(?:\.[\w+-]+)*@[\w.-]+)"
SIMPLE = re.compile(rf" ?(?:((?:[\w=?-]+ )*)<{ADDRESS}>|{ADDRESS})", re.ASCII)
"""An address as most are written, which needs no parser: ann@example.org, or Ann Li <ann@example.org>."""
HEAD_END = re.compile(rb"\r?\n\r?\n")
SPLIT = re.compile(rb"multipart/|message/|\r(?!\n)", re.IGNORECASE)
"""In the head of a mail that may be of several parts, or whose lines end otherwise."""
FIELD = re.compile(r"([!-9;-~]+)(:[ \t]*)(.*\n(?:[ \t].*\n)*)")
Headers = dict[str, list[str]]
"""The values of each, by its name in lower case."""
DATE = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-3]?[0-9]) ([A-Z][a-z]{2}) ([1-9][0-9]{3}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) (?!-0000)([+-])([0-9]{2})([0-5][0-9])"
)
"""As RFC 5322 has it, in a known zone: any other is left to the standard library."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
REMEMBERED = 80
"""Characters up to which what a Content-Type says is remembered."""
HEADERS = 1000
EXPUNGED = 0x0008
UNDECODABLE = (ValueError, LookupError, MessageError)
GMAIL = {"spam": "spam", "trash": "deleted", "drafts": "draft"}


@dataclass(frozen=True, slots=True)
class Mail:
    """`id` and `parents` are Message-IDs; `sender` (name, address) is whom an answer goes to; addresses in lower case.

    `left_out` says why it is not read (deleted, draft, spam, bounce); `automatic` that no person wrote it.
    """

    id: str
    parents: tuple[str, ...]
    sender: tuple[str, str]
    reply_to: tuple[str, str]
    recipients: tuple[str, ...]
    at: datetime | None
    naive: bool
    subject: str
    text: str
    automatic: bool
    left_out: str


def parse(data: bytes) -> Mail:
    """Raises BadRecord where there are no headers of a mail."""
    raw = message(data)
    headers: Headers = {}
    for name, value in raw.raw_items():
        told = value if value.isascii() else str(raw.policy.header_fetch_parse(name, value))
        headers.setdefault(name.lower(), []).append(told)
    if not headers.keys() & {"from", "date", "message-id", "subject"}:
        raise BadRecord("no mail: none of the headers From, Date, Message-ID, Subject", "From", _start(data))
    at, naive = _when(headers)
    ids = MESSAGE_ID.findall(_text(headers, "message-id"))
    reply = MESSAGE_ID.findall(_text(headers, "in-reply-to"))
    writers, answers = _people(headers, "from"), _people(headers, "reply-to")
    senders = _people(headers, "from", "sender") if "sender" in headers else writers
    return Mail(
        id=ids[0] if ids else hashlib.sha256(data).hexdigest(),
        parents=tuple(dict.fromkeys([*MESSAGE_ID.findall(_text(headers, "references")), *reply[:1]])),
        sender=senders[0] if senders else ("", ""),
        reply_to=answers[0] if answers else ("", ""),
        recipients=tuple(address for _, address in _people(headers, "to", "cc", "delivered-to")),
        at=at,
        naive=naive,
        subject=REPLY.sub("", " ".join(_text(headers, "subject").split())),
        text=_body(raw),
        automatic=_automatic(headers),
        left_out="bounce" if _bounced(raw, writers) else _left_out(headers),
    )


def message(data: bytes) -> Message:
    """As the standard library has it, which is not asked where a mail is of one part and its head of whole fields."""
    end = HEAD_END.search(data)
    head = data[: end.start()] + b"\n" if end else b""
    if end and head.isascii() and not SPLIT.search(head):
        fields = FIELD.findall(text := head.decode("ascii"))
        if sum(len(name) + len(gap) + len(value) for name, gap, value in fields) == len(text):
            raw = Message()
            for name, _, value in fields:
                raw.set_raw(name, value.rstrip("\r\n"))
            raw.set_payload(data[end.end() :].decode("ascii", "surrogateescape"))
            return raw
    return message_from_bytes(data)


def _start(data: bytes) -> str:
    return data[:200].decode("utf-8", "replace")


def _text(headers: Headers, name: str) -> str:
    """A header, decoded as far as it can be."""
    return _plainly(headers[name][0]) if name in headers else ""


def _plainly(value: str) -> str:
    if "=?" not in value:
        return clean(value)
    try:
        return clean(make_header(decode_header(value)))
    except UNDECODABLE:
        return clean(value)


def _people(headers: Headers, *names: str) -> list[tuple[str, str]]:
    """(name, address) of each; encoded names are decoded after they were taken apart, since they may hold commas."""
    values = [value for name in names for value in headers.get(name, ())]
    one = SIMPLE.fullmatch(values[0]) if len(values) == 1 else None
    pairs = [((one[1] or "").strip(), one[2] or one[3])] if one else getaddresses(values)[:HEADERS]
    return [(_plainly(name).strip(), clean(address).strip().lower()) for name, address in pairs if "@" in address]


def _when(headers: Headers) -> tuple[datetime | None, bool]:
    """(the date, whether it named no zone): as written, else as the last server put it down."""
    received = [value.rpartition(";")[2] for value in headers.get("received", ())[:1]]
    for value in [*headers.get("date", [""])[:1], *received]:
        try:
            found = written_at(value.strip())
            naive = found.tzinfo is None  # also for -0000, which is UTC told by a server that does not know its place
            utc = (found.replace(tzinfo=UTC) if naive else found).astimezone(UTC)
            return utc, naive and not value.strip().endswith("-0000")
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None, False


def written_at(value: str) -> datetime:
    """Raises ValueError, TypeError, IndexError, OverflowError."""
    found = DATE.fullmatch(value)
    if not found or found[2] not in MONTHS:
        return parsedate_to_datetime(value)
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    apart = timedelta(hours=int(hours), minutes=int(minutes))
    place = timezone(-apart if sign == "-" else apart)
    return datetime(int(year), MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=place)


def _automatic(headers: Headers) -> bool:
    """RFC 3834's header, what came before it, and what bulk senders write."""
    submitted = headers.get("auto-submitted", ["no"])[0].split(";")[0].strip().lower()
    precedence = headers.get("precedence", [""])[0].strip().lower()
    return submitted != "no" or precedence in PRECEDENCE or any(name in headers for name in AUTOMATIC)


def _bounced(raw: Message, writers: Iterable[tuple[str, str]]) -> bool:
    return raw.get_content_type() == "multipart/report" or any(DAEMON.match(address) for _, address in writers)


def _left_out(headers: Headers) -> str:
    labels = {label.strip().lower() for label in _text(headers, "x-gmail-labels").split(",")}
    if labelled := next((why for label, why in GMAIL.items() if label in labels), ""):
        return labelled
    status = headers.get("x-mozilla-status", ["0"])[0]
    return "deleted" if re.fullmatch(r"[0-9a-fA-F]{1,4}", status) and int(status, 16) & EXPUNGED else ""


def _body(raw: Message) -> str:
    """The plain text, else the HTML as text, without attachments and what other mails lie within."""
    parts = list(_parts(raw))
    plain = [_decoded(part, charset) for kind, charset, part in parts if kind == "text/plain"]
    if not any(text.strip() for text in plain):
        plain = [from_html(_decoded(part, charset)) for kind, charset, part in parts if kind == "text/html"]
    return new_text("\n".join(plain))


def _parts(raw: Message) -> Iterator[tuple[str, str, Message]]:
    """(content type, charset, part) of each that is no attachment."""
    told = raw.get("content-type")
    content = _remembered if isinstance(told, str) and len(told) <= REMEMBERED else _content
    kind, charset, named = (raw.get_content_type(), "utf-8", False) if told is None else content(told)
    if kind.startswith("message/") or ((named or "content-disposition" in raw) and _attached(raw)):
        return
    if raw.is_multipart():
        inner: Any = raw.get_payload()
        for part in inner:
            yield from _parts(part)
    else:
        yield kind, charset, raw


def _content(told: Any) -> tuple[str, str, bool]:
    """(type, charset, whether it may name a file) of a Content-Type."""
    part = Message()
    part["Content-Type"] = told
    try:
        charset = str(part.get_content_charset("utf-8"))
    except UNDECODABLE:
        charset = "utf-8"
    return part.get_content_type(), charset, "name" in str(told).lower()


_remembered = lru_cache(1 << 10)(_content)
"""They are few, and come again with every part."""


def _attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _decoded(part: Message, charset: str) -> str:
    try:
        data = part.get_payload(decode=True)
    except UNDECODABLE:  # a charset that is no name
        return ""
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(charset, "replace")
    except UNDECODABLE:
        return data.decode("utf-8", "replace")
