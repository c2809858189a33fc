"""Intercom: conversations with their parts, as the API gives a single one, in lines, an array, or pages."""

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

CHANNELS = {
    "email": Channel.TICKET,
    **dict.fromkeys(("facebook", "instagram", "twitter"), Channel.SOCIAL),
    **dict.fromkeys(("phone_call", "phone_switch"), Channel.CALL),
}
CUSTOMERS = ("user", "lead", "contact")
AUTOMATIC = ("campaigns_initiated", "operator_initiated", "automated")
SPOKEN = ("comment", "open", "close", "assignment", "assign_and_reopen", "quick_reply")
"""Parts whose body the customer wrote or was shown; all others are notes, or events with a text of Intercom's own."""


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from _desk.read(path, options, talk, "conversations", "data")


def talk(raw: Raw, *, options: Options, tz: ZoneInfo) -> Conversation:
    """One conversation: its source is the first message. Raises BadRecord."""
    _desk.refuse_part(raw, "part_type", "conversations with their parts")
    opening = record(raw.get("source") or raw.get("conversation_message"))
    held = raw.get("conversation_parts")
    parts = rows(held if isinstance(held, list) else record(held).get("conversation_parts"))
    messages = [_opening(opening), *map(_part, parts)]
    started, naive = time(raw.get("created_at"), "created_at", tz)
    writers = [author for part in (opening, *parts) if _customer(author := record(part.get("author")))]
    total = record(held).get("total_count")
    return conversation(
        raw.get("id"),
        source=options.source or "intercom",
        channel=CHANNELS.get(str(opening.get("type")), Channel.CHAT),
        customer=_desk.person("intercom", *writers, *_contacts(raw)),
        identifiers=_desk.known_by("intercom", *writers, *_contacts(raw)),
        started_at=started,
        drafts=_desk.drafts(messages, field="conversation_parts.created_at", started=started, tz=tz),
        agents=_desk.writers(messages),
        metadata={
            "subject": opening.get("subject") or raw.get("title"),
            "status": raw.get("state"),
            "priority": raw.get("priority"),
            "tags": [tag.get("name") for tag in rows(record(raw.get("tags")).get("tags"))],
            "csat": record(raw.get("conversation_rating")).get("rating"),
            "people": [author["name"] for author in writers[:1] if author.get("name")],
            "via": opening.get("type"),
            **_desk.counts(messages),
            **trusted("stated"),
            "missing": max(0, total - len(parts)) if isinstance(total, int) else 0,
            "naive_times": naive,
        },
        changed=moment(raw.get("updated_at"), tz),
    )


def _opening(source: Raw) -> Message:
    author = record(source.get("author"))
    speaker = Speaker.BOT if source.get("delivered_as") in AUTOMATIC else _speaker(author)
    what = Kind.DELETED if source.get("redacted") else Kind.SAID
    return Message(what, speaker, source.get("body"), None, author.get("id"))


def _part(part: Raw) -> Message:
    kind = str(part.get("part_type"))
    what = Kind.SAID if kind in SPOKEN else Kind.NOTE if "note" in kind else Kind.EVENT
    if what is Kind.SAID and part.get("redacted"):
        what = Kind.DELETED
    author = record(part.get("author"))
    return Message(what, _speaker(author), part.get("body"), part.get("created_at"), author.get("id"))


def _customer(author: Raw) -> bool:
    return author.get("type") in CUSTOMERS


def _speaker(author: Raw) -> Speaker:
    """Intercom's own assistant writes as a bot, or as an admin that is marked."""
    if _customer(author):
        return Speaker.CUSTOMER
    return Speaker.BOT if author.get("type") == "bot" or author.get("from_ai_agent") else Speaker.AGENT


def _contacts(raw: Raw) -> list[Raw]:
    """Of today's list object, of older bare lists, and of what came before contacts."""
    held = raw.get("contacts") or raw.get("customers")
    return rows(held if isinstance(held, list) else record(held).get("contacts")) or [record(raw.get("user"))]
