"""Freshdesk: tickets of the API with their conversations (include=conversations,requester), in lines or an array."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources import _desk
from pipelines.sources._desk import Kind, Message, Raw
from pipelines.sources._records import Options
from pipelines.sources._trust import trusted
from pipelines.sources._values import conversation, moment, record, rows, time

CHANNELS = {3: Channel.CALL, 5: Channel.SOCIAL, 6: Channel.SOCIAL, 7: Channel.CHAT}
STATUS = {2: "open", 3: "pending", 4: "resolved", 5: "closed"}
PRIORITY = {1: "low", 2: "normal", 3: "high", 4: "urgent"}
OUTBOUND, FORWARDED = 10, 8


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from _desk.read(path, options, ticket, "tickets", "results")


def ticket(raw: Raw, *, options: Options, tz: ZoneInfo) -> Conversation | None:
    """One ticket: its description is the first message. None where it is deleted or spam. Raises BadRecord."""
    _desk.refuse_part(raw, "ticket_id", "tickets with include=conversations")
    if gone := next((mark for mark in ("deleted", "spam") if raw.get(mark) is True), ""):
        options.skipped[gone] += 1
        return None
    requester = {"id": raw.get("requester_id"), **record(raw.get("requester"))}
    replies = rows(raw.get("conversations"))
    messages = [_opening(raw), *(_reply(reply, requester["id"]) for reply in replies)]
    started, naive = time(raw.get("created_at"), "created_at", tz)
    return conversation(
        raw.get("id"),
        source=options.source or "freshdesk",
        channel=CHANNELS.get(raw.get("source") or 0, Channel.TICKET),
        customer=_desk.person("freshdesk", requester, {"email": raw.get("email"), "phone": raw.get("phone")}),
        identifiers=_desk.known_by("freshdesk", requester, {"email": raw.get("email"), "phone": raw.get("phone")}),
        started_at=started,
        drafts=_desk.drafts(messages, field="conversations.created_at", started=started, tz=tz),
        agents=_desk.writers(messages),
        metadata={
            "subject": raw.get("subject"),
            "status": STATUS.get(raw.get("status") or 0, raw.get("status")),
            "priority": PRIORITY.get(raw.get("priority") or 0, raw.get("priority")),
            "type": raw.get("type"),
            "tags": raw.get("tags"),
            "company": record(raw.get("company")).get("name"),
            "people": [requester.get("name") or raw.get("name")],
            **_desk.counts(messages),
            **trusted("stated"),
            "edited": sum(bool(reply.get("last_edited_at")) for reply in replies),
            "naive_times": naive,
        },
        changed=moment(raw.get("updated_at"), tz),
    )


def _opening(raw: Raw) -> Message:
    """A ticket that began with a mail from the company tells the company's words."""
    speaker = Speaker.AGENT if raw.get("source") == OUTBOUND else Speaker.CUSTOMER
    return Message(Kind.SAID, speaker, raw.get("description") or raw.get("description_text"), None)


def _reply(reply: Raw, requester: object) -> Message:
    """A private one is a note; a forward went to somebody else."""
    private = reply.get("private") is True or reply.get("source") == FORWARDED
    customer = reply.get("incoming") is True or (requester is not None and reply.get("user_id") == requester)
    body = reply.get("body") or reply.get("body_text")
    return Message(
        Kind.NOTE if private else Kind.SAID,
        Speaker.CUSTOMER if customer else Speaker.AGENT,
        body,
        reply.get("created_at"),
        reply.get("user_id"),
    )
