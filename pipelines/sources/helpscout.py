"""Help Scout: conversations of the API with their threads (embed=threads), in lines, an array, or pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources import _desk
from pipelines.sources._desk import Kind, Message, Raw
from pipelines.sources._records import Options
from pipelines.sources._trust import trusted
from pipelines.sources._values import conversation, moment, record, rows, time

CHANNELS = {"chat": Channel.CHAT, "phone": Channel.CALL}
KINDS = {
    **dict.fromkeys(("customer", "message", "reply", "chat", "beaconchat", "phone"), Kind.SAID),
    **dict.fromkeys(("note", "forwardparent", "forwardchild"), Kind.NOTE),
    "lineitem": Kind.EVENT,
}


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from _desk.read(path, options, talk, "_embedded.conversations", "conversations")


def talk(raw: Raw, *, options: Options, tz: ZoneInfo) -> Conversation | None:
    """One conversation. None where it is a draft, deleted or spam. Raises BadRecord."""
    _desk.refuse_part(raw, "conversation_id", "conversations with embed=threads")
    left_out = raw.get("state") if raw.get("state") in ("draft", "deleted") else raw.get("status")
    if left_out in ("draft", "deleted", "spam"):
        options.skipped[str(left_out)] += 1
        return None
    embedded = rows(record(raw.get("_embedded")).get("threads")) or rows(raw.get("threads"))
    messages = [_message(thread) for thread in embedded]
    started, naive = time(_either(raw, "createdAt"), "createdAt", tz)
    customer = record(_either(raw, "primaryCustomer"))
    return conversation(
        raw.get("id"),
        source=options.source or "helpscout",
        channel=CHANNELS.get(str(raw.get("type")), Channel.TICKET),
        customer=_desk.person("helpscout", customer),
        identifiers=_desk.known_by("helpscout", customer),
        started_at=started,
        drafts=_desk.drafts(messages, field="threads.createdAt", started=started, tz=tz),
        agents=_desk.writers(messages),
        metadata={
            "subject": raw.get("subject"),
            "status": raw.get("status"),
            "tags": [tag.get("tag") for tag in rows(raw.get("tags"))],
            "people": [" ".join(str(customer[part]) for part in ("first", "last") if customer.get(part))],
            **_desk.counts(messages),
            **trusted("stated"),
            "naive_times": naive,
        },
        changed=moment(_either(raw, "userUpdatedAt"), tz),
    )


def _message(thread: Raw) -> Message:
    """By who made it, not by its type alone: an agent puts a call down. Unpublished: never sent."""
    made = record(_either(thread, "createdBy"))
    author = str(made.get("type") or thread.get("type"))
    kind = KINDS.get(str(thread.get("type")), Kind.EVENT)
    if kind is Kind.SAID and thread.get("state") not in (None, "published"):
        kind = Kind.EVENT
    speaker = {"customer": Speaker.CUSTOMER, "system_user": Speaker.BOT}.get(author, Speaker.AGENT)
    return Message(kind, speaker, thread.get("body"), _either(thread, "createdAt"), made.get("id"))


def _either(raw: Raw, name: str) -> Any:
    """By the API's name, or the name that connectors to warehouses make of it: createdAt, created_at."""
    plain = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return raw.get(name) if raw.get(name) is not None else raw.get(plain)
