"""Zendesk: the account export (JSON lines, a ticket a line with its comments) and pages of the API with side-loads."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from json import dumps, loads
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources import _desk
from pipelines.sources._desk import Kind, Message, Raw
from pipelines.sources._records import Numbered, Options, convert, json_records, mappings, open_text
from pipelines.sources._spool import Spool, blob, spool, text
from pipelines.sources._trust import trusted
from pipelines.sources._values import conversation, identifier, moment, record, rows, time, zone

CHANNELS = {
    **dict.fromkeys(("voice", "phone"), Channel.CALL),
    **dict.fromkeys(("twitter", "facebook", "x", "any_channel", "instagram_dm"), Channel.SOCIAL),
    **dict.fromkeys(("chat", "messaging", "native_messaging", "whatsapp", "sms", "line"), Channel.CHAT),
}
SYSTEM = "-1"
AUTOMATIC = ("rule", "system")
LISTS = ("tickets", "results")
TICKET = {"id", "requester_id", "requester", "subject", "created_at"}
PAGE = {*LISTS, "ticket", "comments", "users", "organizations"}

TABLES = (
    "tickets (number, bad, value)",
    "comments (ticket, value)",
    "told (list, id, value, PRIMARY KEY (list, id)) WITHOUT ROWID",  # users and organisations
)
SAID = "SELECT value FROM comments WHERE ticket = ? ORDER BY rowid"
UNTOLD = "SELECT ticket FROM comments GROUP BY ticket ORDER BY min(rowid)"


class Pages:
    """What the pages of a file hold, on disk: tickets by number of record; comments by ticket, users and organisations
    by id."""

    def __init__(self, spool: Spool) -> None:
        self._spool, self._count = spool, 0

    def apart(self, records: Numbered) -> Numbered:
        """Keep the pages and pass on what is no page, such as the tickets of an account export."""
        for _, raw in records:
            self._count += 1
            if not isinstance(raw, BadRecord) and raw.get("ticket_id") and "author_id" in raw:
                page: Raw = {"comments": [raw]}
            elif isinstance(raw, BadRecord) or TICKET & raw.keys() or not PAGE & raw.keys():
                yield self._count, raw
                continue
            else:
                page = raw
            try:
                self._keep(page)
            except RecursionError as error:
                yield self._count, BadRecord(f"not of the expected shape ({type(error).__name__})")

    def _keep(self, page: Raw) -> None:
        tickets = next((page[name] for name in LISTS if isinstance(page.get(name), list)), [page.get("ticket")])
        for name in ("users", "organizations"):
            found = [(name, blob(str(one.get("id"))), dumps(one)) for one in rows(page.get(name))]
            self._spool.many("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", found)
        for _, found in mappings(enumerate(filter(None, tickets))):
            self._ticket(found)
            self._count += 1
        only = record(page.get("ticket")).get("id")
        for comment in rows(page.get("comments")):
            if of := comment.get("ticket_id") or only:
                self._spool.run("INSERT INTO comments VALUES (?, ?)", (blob(str(of)), dumps(comment)))
            else:
                reason = "a comment names no ticket: add ticket_id, or put its page's comments into the ticket"
                self._ticket(BadRecord(reason, "ticket_id", str(comment.get("id"))))

    def _ticket(self, found: Raw | BadRecord) -> None:
        bad = isinstance(found, BadRecord)
        value = (found.reason, found.field, found.value) if isinstance(found, BadRecord) else found
        self._spool.run("INSERT INTO tickets VALUES (?, ?, ?)", (self._count, bad, dumps(value)))

    def whole(self) -> Numbered:
        """The tickets of the pages, each with what the pages tell of it."""
        self._spool.run("CREATE INDEX by_ticket ON comments (ticket)")
        for number, bad, value in self._spool.run("SELECT * FROM tickets ORDER BY rowid"):
            raw = loads(value)
            yield number, BadRecord(*raw) if bad else self._whole(raw)
        for (of,) in self._spool.run(UNTOLD):
            yield self._count, BadRecord("comments of a ticket that no page holds", "ticket_id", text(of))

    def _whole(self, raw: Raw) -> Raw:
        """Comments are told with the first ticket of their id."""
        of = (blob(str(raw.get("id"))),)
        said = rows(raw.get("comments"))
        if not said:
            said = [loads(value) for (value,) in self._spool.run(SAID, of)]
            self._spool.run("DELETE FROM comments WHERE ticket = ?", of)
        writers = {str(comment.get("author_id")) for comment in said}
        return {
            **raw,
            "comments": said,
            "requester": raw.get("requester") or self._known("users", raw.get("requester_id")),
            "organization": raw.get("organization") or self._known("organizations", raw.get("organization_id")),
            "users": {id: user for id in writers if (user := self._known("users", id)) is not None},
        }

    def _known(self, name: str, id: Any) -> Raw | None:
        """Of the list of that name."""
        key = (name, blob(str(id)))
        found = self._spool.run("SELECT value FROM told WHERE list = ? AND id = ?", key).fetchone()
        return loads(found[0]) if found else None


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    """Tickets of an account export are streamed; the pages of a file wait on disk: users and comments may follow."""
    make = partial(ticket, options=options, tz=zone(options.timezone))
    with spool(path, *TABLES) as place:
        pages = Pages(place)
        with open_text(path) as stream:
            records = mappings(json_records(stream, options.max_record, lists=LISTS))
            yield from convert(path, pages.apart(records), make)
        yield from convert(path, pages.whole(), make)


def ticket(raw: Raw, *, options: Options, tz: ZoneInfo) -> Conversation | None:
    """One ticket; None where it was deleted. Internal notes and redacted comments are counted, never read.

    Raises BadRecord.
    """
    if raw.get("status") == "deleted":
        options.skipped["deleted"] += 1
        return None
    requester, via = record(raw.get("requester")), record(raw.get("via"))
    source = record(via.get("source"))
    sender = record(source.get("from"))
    author = raw.get("requester_id") or requester.get("id")
    started, naive = time(raw.get("created_at"), "created_at", tz)
    comments = rows(raw.get("comments"))
    messages = [_message(comment, author, record(raw.get("users"))) for comment in comments]
    if not comments:
        messages = [Message(Kind.SAID, Speaker.CUSTOMER, raw.get("description"), None)]
    rating = raw.get("satisfaction_rating")
    score = rating.get("score") if isinstance(rating, Mapping) else rating
    metadata = {
        **{name: raw.get(name) for name in ("subject", "status", "priority", "type", "tags")},
        "csat": None if score in ("offered", "unoffered") else score,
        "company": record(raw.get("organization")).get("name"),
        "brand": record(source.get("to")).get("name"),
        "people": [requester.get("name"), sender.get("name")],
        "via": via.get("channel"),
        **_desk.counts(messages),
        **trusted(_rule(comments, author, record(raw.get("users")))),
        "naive_times": naive,
    }
    return conversation(
        raw.get("id"),
        source=options.source or "zendesk",
        channel=CHANNELS.get(str(via.get("channel")), Channel.TICKET),
        customer=next(iter(known := _known_by(requester, sender, author)), ""),
        identifiers=known,
        started_at=started,
        drafts=_desk.drafts(messages, field="comments.created_at", started=started, tz=tz),
        agents=_desk.writers(messages),
        metadata=metadata,
        changed=moment(raw.get("updated_at"), tz),
    )


def _message(comment: Raw, requester: Any, users: Raw) -> Message:
    """Redaction of a whole comment leaves nothing but blocks (U+2587, by the API reference)."""
    body = comment.get("html_body") or comment.get("body") or comment.get("plain_body") or ""
    plain = str(comment.get("plain_body") or comment.get("body") or "").strip()
    kind = Kind.DELETED if plain and not plain.strip("\u2587 \n") else Kind.SAID
    if comment.get("public") is False:
        kind = Kind.NOTE
    speaker = _speaker(comment, requester, users)
    return Message(kind, speaker, body, comment.get("created_at") or None, comment.get("author_id"))


def _speaker(comment: Raw, requester: Any, users: Raw) -> Speaker:
    """The requester and every other end user is a customer; who is in no list of users is an agent."""
    writer = str(comment.get("author_id"))
    if writer == SYSTEM or record(comment.get("via")).get("channel") in AUTOMATIC:
        return Speaker.BOT
    customer = writer == str(requester) or record(users.get(writer)).get("role") == "end-user"
    return Speaker.CUSTOMER if customer else Speaker.AGENT


def _known_by(requester: Raw, sender: Raw, author: Any) -> list[str]:
    """What the requester is known by, the first there is before the others."""
    told = (
        identifier("email", requester.get("email") or sender.get("address")),
        identifier("phone", requester.get("phone") or sender.get("phone")),
        identifier("id", requester.get("external_id")),
        identifier("id", author and f"zendesk/{author}"),
    )
    return list(filter(None, told))


def _rule(comments: Iterable[Raw], requester: Any, users: Raw) -> str:
    """Roles are stated where every writer is the requester, the system, or in the list of users; an export has none."""
    known = {str(requester), SYSTEM, *users}
    return "stated" if all(str(comment.get("author_id")) in known for comment in comments) else "requester"
