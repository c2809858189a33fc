"""Threads as JSON: a list, or lines, of {id, turns} objects, or of {dialogHeader, dialogContent} objects."""

import html
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._records import Options, convert, json_records, mappings, open_text
from pipelines.sources._values import (
    KINDS,
    Draft,
    conversation,
    identified,
    identifier,
    moment,
    record,
    rows,
    time,
    zone,
)

ROLES = {
    **dict.fromkeys(("customer", "client", "user", "caller", "consumer", "end_user"), Speaker.CUSTOMER),
    **dict.fromkeys(("agent", "support", "admin", "representative", "assistant"), Speaker.AGENT),
    **dict.fromkeys(("bot", "system", "automated_agent"), Speaker.BOT),
}


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    tz = zone(options.timezone)
    with open_text(path) as stream:
        records = mappings(json_records(stream, options.max_record))
        yield from convert(path, records, partial(thread, options=options, tz=tz))


def thread(raw: Mapping[str, Any], *, options: Options, tz: ZoneInfo) -> Conversation:
    """One thread; an answer given under agentURL follows as the last agent turn. Raises BadRecord."""
    head = record(raw.get("dialogHeader"))
    dialogue = "dialogContent" in raw
    turns = rows(raw.get("dialogContent") or raw.get("turns") or raw.get("messages"))
    if not turns:
        raise BadRecord("no turns; known fields for them: turns, messages, dialogContent", "turns", "")
    drafts = [_turn(turn, tz) for turn in turns]
    if dialogue:  # posts as X's API gives them
        drafts = [(speaker, html.unescape(text), at) for speaker, text, at in drafts]
    if answer := record(raw.get("agentURL")).get("url_utterance"):
        drafts.append((Speaker.AGENT, str(answer), None))
    stamp = head.get("conversationDateTime") or raw.get("started_at") or raw.get("created_at") or _stamp(turns[0])
    started, naive = time(stamp or options.started_at, "started_at", tz)
    handle = next((str(value) for turn in turns for key, value in turn.items() if key.startswith("client")), "")
    if raw.get("metadata") not in (None, []) and not isinstance(raw["metadata"], Mapping):
        raise BadRecord('an object expected, such as {"plan": "yearly"}', "metadata", "")
    extra = record(raw.get("metadata"))
    return conversation(
        raw.get("id") or head.get("sessionID"),
        source=options.source or "threads",
        channel=Channel.SOCIAL if dialogue else _channel(raw.get("channel")),
        customer=next(iter(known := _known_by(handle, raw.get("customer"))), ""),
        identifiers=known,
        started_at=started,
        drafts=drafts,
        metadata={
            **extra,
            "people": [record(raw.get("customer")).get("name")],
            "company": head.get("company") or raw.get("company"),
            "naive_times": naive,
        },
        changed=moment(raw.get("updated_at"), tz),
    )


def _turn(turn: Mapping[str, Any], tz: ZoneInfo) -> Draft:
    role = str(
        turn.get("speaker") or turn.get("role") or next((k for k in turn if k.startswith(("client", "agent"))), "")
    )
    speaker = ROLES.get(role.lower().rstrip("0123456789"))
    if speaker is None:
        raise BadRecord(f"unknown speaker; known: {', '.join(ROLES)}", "speaker", role)
    text = turn.get("text") or turn.get("message") or turn.get("content") or ""
    stamp = _stamp(turn)
    return speaker, str(text), time(stamp, "at", tz)[0] if stamp else None


def _stamp(turn: Mapping[str, Any]) -> Any:
    return turn.get("at") or turn.get("datetime") or turn.get("created_at")


def _channel(value: Any) -> Channel:
    if not value:
        return Channel.CHAT
    try:
        return Channel(str(value).lower())
    except ValueError as error:
        raise BadRecord(f"unknown channel; known: {', '.join(Channel)}", "channel", str(value)) from error


def _known_by(handle: str, told: Any) -> list[str]:
    values = [identifier(kind, told.get(kind)) for kind in KINDS] if isinstance(told, Mapping) else [identified(told)]
    return list(filter(None, [identifier("x", handle), *values]))
