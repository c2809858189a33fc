"""Zendesk's account export: JSON lines, one ticket a line with its comments."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._records import Options, convert, json_records, mappings, open_text
from pipelines.sources._values import Draft, conversation, from_html, identifier, new_text, record, rows, time, zone

CHANNELS = {
    **dict.fromkeys(("voice", "phone"), Channel.CALL),
    **dict.fromkeys(("twitter", "facebook", "x", "any_channel", "instagram_dm"), Channel.SOCIAL),
    **dict.fromkeys(("chat", "messaging", "native_messaging", "whatsapp", "sms", "line"), Channel.CHAT),
}
SYSTEM = "-1"


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    tz = zone(options.timezone)
    with open_text(path) as stream:
        records = mappings(json_records(stream, options.max_record))
        yield from convert(path, records, partial(ticket, options=options, tz=tz))


def ticket(raw: Mapping[str, Any], *, options: Options, tz: ZoneInfo) -> Conversation:
    """One ticket. Internal notes are counted, never read. Raises BadRecord."""
    requester, via = record(raw.get("requester")), record(raw.get("via"))
    source = record(via.get("source"))
    sender = record(source.get("from"))
    author = raw.get("requester_id") or requester.get("id")
    started, naive = time(raw.get("created_at"), "created_at", tz)
    comments = rows(raw.get("comments"))
    public = [comment for comment in comments if comment.get("public") is not False]
    drafts = [_turn(comment, author, started, tz) for comment in public]
    if not comments and raw.get("description"):
        drafts = [(Speaker.CUSTOMER, new_text(from_html(str(raw["description"]))), started)]
    rating = raw.get("satisfaction_rating")
    metadata = {
        **{name: raw.get(name) for name in ("subject", "status", "priority", "type", "tags")},
        "csat": rating.get("score") if isinstance(rating, Mapping) else rating,
        "company": record(raw.get("organization")).get("name"),
        "brand": record(source.get("to")).get("name"),
        "people": [requester.get("name"), sender.get("name")],
        "via": via.get("channel"),
        "notes": len(comments) - len(public),
        "naive_times": naive,
    }
    return conversation(
        raw.get("id"),
        source=options.source or "zendesk",
        channel=CHANNELS.get(str(via.get("channel")), Channel.TICKET),
        customer=_customer(requester, sender, author),
        started_at=started,
        drafts=drafts,
        metadata=metadata,
    )


def _turn(comment: Mapping[str, Any], requester: Any, started: Any, tz: ZoneInfo) -> Draft:
    writer = str(comment.get("author_id"))
    speaker = Speaker.CUSTOMER if writer == str(requester) else Speaker.BOT if writer == SYSTEM else Speaker.AGENT
    body = comment.get("html_body") or comment.get("body") or comment.get("plain_body") or ""
    at = time(comment["created_at"], "comments.created_at", tz)[0] if comment.get("created_at") else started
    return speaker, new_text(from_html(str(body))), at


def _customer(requester: Mapping[str, Any], sender: Mapping[str, Any], author: Any) -> str:
    return (
        identifier("email", requester.get("email") or sender.get("address"))
        or identifier("phone", requester.get("phone") or sender.get("phone"))
        or identifier("id", author)
    )
