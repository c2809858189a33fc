"""Chatwoot: conversations with their messages, or a conversation's page of messages, as the API gives them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources import _desk
from pipelines.sources._desk import Kind, Message, Raw
from pipelines.sources._records import Numbered, Options, convert, json_records, mappings, open_text, unfolded
from pipelines.sources._trust import trusted
from pipelines.sources._values import conversation, moment, record, rows, time, zone

CHANNELS = {
    "Channel::Email": Channel.TICKET,
    **dict.fromkeys(("Channel::FacebookPage", "Channel::TwitterProfile", "Channel::Instagram"), Channel.SOCIAL),
    "Channel::Voice": Channel.CALL,
}
TYPES = {0: "incoming", 1: "outgoing", 2: "activity", 3: "template"}
BOTS = {"agent_bot", "agentbot", "captain_assistant", "captain::assistant"}


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    make = partial(talk, options=options, tz=zone(options.timezone))
    with open_text(path) as stream:
        records = _gathered(json_records(stream, options.max_record, lists=("payload",)))
        yield from convert(path, mappings(unfolded(records, "data.payload", "payload")), make)


def _gathered(records: Numbered) -> Numbered:
    """A page of messages becomes the conversation that they are of."""
    for number, raw in records:
        payload = raw.get("payload") if isinstance(raw, dict) else None
        said = [row for row in rows(payload) if "message_type" in row]
        if not said:
            yield number, raw
            continue
        contact = record(raw.get("meta")).get("contact")
        for id in dict.fromkeys(row.get("conversation_id") for row in said):
            of = [row for row in said if row.get("conversation_id") == id]
            yield number, {"id": id, "messages": of, "meta": {"sender": contact}}


def talk(raw: Raw, *, options: Options, tz: ZoneInfo) -> Conversation:
    """One conversation, from its earliest message on. Raises BadRecord."""
    _desk.refuse_part(raw, "message_type", "conversations, or pages of their messages")
    meta, held = record(raw.get("meta")), rows(raw.get("messages"))
    messages = [_message(row) for row in held]
    senders = [record(row.get("sender")) for row in held if _type(row) == "incoming"]
    first = raw.get("created_at") or min((row["created_at"] for row in held if row.get("created_at")), default=None)
    started, naive = time(first, "created_at", tz)
    attributes = record(raw.get("additional_attributes"))
    contact = record(meta.get("sender"))
    return conversation(
        raw.get("id"),
        source=options.source or "chatwoot",
        channel=CHANNELS.get(str(meta.get("channel")), Channel.CHAT),
        customer=_desk.person("chatwoot", contact, *senders),
        identifiers=_desk.known_by("chatwoot", contact, *senders),
        started_at=started,
        drafts=_desk.drafts(messages, field="messages.created_at", started=started, tz=tz),
        agents=_desk.writers(messages),
        metadata={
            "subject": attributes.get("mail_subject"),
            "status": raw.get("status"),
            "priority": raw.get("priority"),
            "tags": raw.get("labels"),
            "people": [contact.get("name") or next((who.get("name") for who in senders), None)],
            "via": meta.get("channel"),
            **_desk.counts(messages),
            **trusted("stated"),
            "naive_times": naive,
        },
        changed=moment(raw.get("updated_at"), tz),
    )


def _type(row: Raw) -> str:
    """The API tells it by number, a webhook by name."""
    kind: Any = row.get("message_type")
    return TYPES.get(kind, str(kind)) if isinstance(kind, int) else str(kind)


def _message(row: Raw) -> Message:
    kind, attributes = _type(row), record(row.get("content_attributes"))
    if kind not in TYPES.values():
        raise BadRecord(f"unknown type of message; known: {', '.join(TYPES.values())}", "messages.message_type", kind)
    what = Kind.EVENT if kind == "activity" else Kind.NOTE if row.get("private") is True else Kind.SAID
    if attributes.get("deleted"):
        what = Kind.DELETED
    sender = str(row.get("sender_type") or record(row.get("sender")).get("type")).lower()
    bot = kind == "template" or sender in BOTS
    speaker = Speaker.CUSTOMER if kind == "incoming" else Speaker.BOT if bot else Speaker.AGENT
    reply = record(record(attributes.get("email")).get("text_content")).get("reply")
    who = row.get("sender_id") or record(row.get("sender")).get("id")
    return Message(what, speaker, reply or row.get("content"), row.get("created_at"), who)
