"""Zendesk: the account export (JSON lines, a ticket a line with its comments) and pages of the API with side-loads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources import _desk
from pipelines.sources._desk import Kind, Message, Raw
from pipelines.sources._records import Numbered, Options, convert, json_records, mappings, open_text
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


@dataclass(slots=True)
class Pages:
    """What the pages of a file hold: tickets by number of record; comments by ticket, users and organisations by id."""

    tickets: list[tuple[int, Raw | BadRecord]] = field(default_factory=list)
    comments: dict[str, list[Raw]] = field(default_factory=lambda: defaultdict(list))
    users: dict[str, Raw] = field(default_factory=dict)
    organizations: dict[str, Raw] = field(default_factory=dict)
    count: int = 0

    def apart(self, records: Numbered) -> Numbered:
        """Keep the pages and pass on what is no page, such as the tickets of an account export."""
        for _, raw in records:
            self.count += 1
            if not isinstance(raw, BadRecord) and raw.get("ticket_id") and "author_id" in raw:
                self._keep({"comments": [raw]})
            elif isinstance(raw, BadRecord) or TICKET & raw.keys() or not PAGE & raw.keys():
                yield self.count, raw
            else:
                self._keep(raw)

    def _keep(self, page: Raw) -> None:
        tickets = next((page[name] for name in LISTS if isinstance(page.get(name), list)), [page.get("ticket")])
        self.users |= {str(user.get("id")): user for user in rows(page.get("users"))}
        self.organizations |= {str(found.get("id")): found for found in rows(page.get("organizations"))}
        for _, found in mappings(enumerate(filter(None, tickets))):
            self.tickets.append((self.count, found))
            self.count += 1
        only = record(page.get("ticket")).get("id")
        for comment in rows(page.get("comments")):
            if of := comment.get("ticket_id") or only:
                self.comments[str(of)].append(comment)
            else:
                reason = "a comment names no ticket: add ticket_id, or put its page's comments into the ticket"
                self.tickets.append((self.count, BadRecord(reason, "ticket_id", str(comment.get("id")))))

    def whole(self) -> Numbered:
        """The tickets of the pages, each with what the pages tell of it."""
        for number, raw in self.tickets:
            if isinstance(raw, BadRecord):
                yield number, raw
                continue
            said = rows(raw.get("comments")) or self.comments.pop(str(raw.get("id")), [])
            writers = {str(comment.get("author_id")) for comment in said}
            yield (
                number,
                {
                    **raw,
                    "comments": said,
                    "requester": raw.get("requester") or self.users.get(str(raw.get("requester_id"))),
                    "organization": raw.get("organization") or self.organizations.get(str(raw.get("organization_id"))),
                    "users": {id: self.users[id] for id in writers if id in self.users},
                },
            )
        for ticket in self.comments:
            yield self.count, BadRecord("comments of a ticket that no page holds", "ticket_id", ticket)


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    """Tickets of an account export are streamed; the pages of a file are held, since users and comments may follow."""
    make = partial(ticket, options=options, tz=zone(options.timezone))
    pages = Pages()
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
