"""One mail out of its bytes: who wrote to whom, when, in what thread, what is new in it, and whether a person did."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
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
    raw = message_from_bytes(data)
    if not any(name in raw for name in ("from", "date", "message-id", "subject")):
        raise BadRecord("no mail: none of the headers From, Date, Message-ID, Subject", "From", _start(data))
    at, naive = _when(raw)
    ids = MESSAGE_ID.findall(_text(raw, "message-id"))
    reply = MESSAGE_ID.findall(_text(raw, "in-reply-to"))
    senders, answers = _people(raw, "from", "sender"), _people(raw, "reply-to")
    return Mail(
        id=ids[0] if ids else hashlib.sha256(data).hexdigest(),
        parents=tuple(dict.fromkeys([*MESSAGE_ID.findall(_text(raw, "references")), *reply[:1]])),
        sender=senders[0] if senders else ("", ""),
        reply_to=answers[0] if answers else ("", ""),
        recipients=tuple(address for _, address in _people(raw, "to", "cc", "delivered-to")),
        at=at,
        naive=naive,
        subject=REPLY.sub("", " ".join(_text(raw, "subject").split())),
        text=_body(raw),
        automatic=_automatic(raw),
        left_out=_left_out(raw),
    )


def _start(data: bytes) -> str:
    return data[:200].decode("utf-8", "replace")


def _text(raw: Message, name: str) -> str:
    """A header, decoded as far as it can be."""
    return _plainly(str(raw.get(name, "")))


def _plainly(value: str) -> str:
    if "=?" not in value:
        return clean(value)
    try:
        return clean(make_header(decode_header(value)))
    except UNDECODABLE:
        return clean(value)


def _people(raw: Message, *names: str) -> list[tuple[str, str]]:
    """(name, address) of each; encoded names are decoded after they were taken apart, since they may hold commas."""
    values = [str(value) for name in names for value in raw.get_all(name, [])]
    one = SIMPLE.fullmatch(values[0]) if len(values) == 1 else None
    pairs = [((one[1] or "").strip(), one[2] or one[3])] if one else getaddresses(values)[:HEADERS]
    return [(_plainly(name).strip(), clean(address).strip().lower()) for name, address in pairs if "@" in address]


def _when(raw: Message) -> tuple[datetime | None, bool]:
    """(the date, whether it named no zone): as written, else as the last server put it down."""
    received = [str(value).rpartition(";")[2] for value in raw.get_all("received", [])]
    for value in [str(raw.get("date", "")), *received[:1]]:
        try:
            found = parsedate_to_datetime(value.strip())
            naive = found.tzinfo is None  # also for -0000, which is UTC told by a server that does not know its place
            utc = (found.replace(tzinfo=UTC) if naive else found).astimezone(UTC)
            return utc, naive and not value.strip().endswith("-0000")
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None, False


def _automatic(raw: Message) -> bool:
    """RFC 3834's header, what came before it, and what bulk senders write."""
    submitted = str(raw.get("auto-submitted", "no")).split(";")[0].strip().lower()
    precedence = str(raw.get("precedence", "")).strip().lower()
    return submitted != "no" or precedence in PRECEDENCE or any(name in raw for name in AUTOMATIC)


def _left_out(raw: Message) -> str:
    if raw.get_content_type() == "multipart/report" or any(DAEMON.match(who) for _, who in _people(raw, "from")):
        return "bounce"
    labels = {label.strip().lower() for label in _text(raw, "x-gmail-labels").split(",")}
    if labelled := next((why for label, why in GMAIL.items() if label in labels), ""):
        return labelled
    status = str(raw.get("x-mozilla-status", "0"))
    return "deleted" if re.fullmatch(r"[0-9a-fA-F]{1,4}", status) and int(status, 16) & EXPUNGED else ""


def _body(raw: Message) -> str:
    """The plain text, else the HTML as text, without attachments and what other mails lie within."""
    parts = list(_parts(raw))
    plain = [_decoded(part) for part in parts if part.get_content_type() == "text/plain"]
    if not any(text.strip() for text in plain):
        plain = [from_html(_decoded(part)) for part in parts if part.get_content_type() == "text/html"]
    return new_text("\n".join(plain))


def _parts(raw: Message) -> Iterator[Message]:
    if raw.get_content_maintype() == "message" or raw.get_content_disposition() == "attachment" or raw.get_filename():
        return
    if raw.is_multipart():
        inner: Any = raw.get_payload()
        for part in inner:
            yield from _parts(part)
    else:
        yield raw


def _decoded(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except UNDECODABLE:  # a charset that is no name
        return ""
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(str(part.get_content_charset("utf-8")), "replace")
    except UNDECODABLE:
        return data.decode("utf-8", "replace")
