"""Google Conversational Insights (CCAI Insights): transcript files, and conversations as its API gives them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._calls import LONGEST, Place, Utterance, call, offset, read_json
from pipelines.sources._records import Options
from pipelines.sources._values import record, rows, time

ROLES = {
    "CUSTOMER": Speaker.CUSTOMER,
    "END_USER": Speaker.CUSTOMER,
    "AGENT": Speaker.AGENT,
    "HUMAN_AGENT": Speaker.AGENT,
    "ANY_AGENT": Speaker.AGENT,
    "AUTOMATED_AGENT": Speaker.BOT,
}


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_json(
        path,
        options,
        "insights",
        lambda place, raw: (entries if "entries" in raw else resource)(place, raw),
        pages=("conversations",),
    )


def entries(place: Place, raw: Mapping[str, Any]) -> Conversation:
    """One conversation, named like its file. Raises BadRecord."""
    said = [
        Utterance(
            label=f"{one.get('role') or 'user'} {one.get('user_id', '')}".strip(),
            text=str(one.get("text") or ""),
            at=_at(one.get("start_timestamp_usec"), place),
            role=ROLES.get(str(one.get("role")).upper()),
        )
        for one in rows(raw.get("entries"))
    ]
    categories = rows(record(raw.get("conversation_info")).get("categories"))
    return call(place, None, said, metadata={"categories": [str(one.get("display_name")) for one in categories]})


def resource(place: Place, raw: Mapping[str, Any]) -> Conversation:
    """A conversation of the API in its full view: roles of the participants, else channels. Raises BadRecord."""
    parties = record(raw.get("callMetadata"))
    channels = {parties.get("customerChannel"): Speaker.CUSTOMER, parties.get("agentChannel"): Speaker.AGENT}
    if "transcript" not in raw:
        raise BadRecord("no entries and no transcript: ask the API for view=FULL", "transcript", "")
    segments = rows(record(raw.get("transcript")).get("transcriptSegments"))
    return call(
        place,
        str(raw.get("name") or "").rpartition("/")[2],
        [_segment(one, channels, place) for one in segments],
        stamps=[raw.get("startTime")],
        last=raw.get("createTime"),
        channel=Channel.CHAT if raw.get("medium") == "CHAT" else Channel.CALL,
        metadata={"language": raw.get("languageCode"), "seconds": _seconds(raw.get("duration"), "duration")},
    )


def _segment(one: Mapping[str, Any], channels: Mapping[Any, Speaker], place: Place) -> Utterance:
    tag, stamp = one.get("channelTag"), one.get("messageTime")
    field = "transcriptSegments.messageTime"
    first = next(iter(rows(one.get("words"))), {})
    return Utterance(
        label=f"channel {tag}" if tag else "",
        text=str(one.get("text") or ""),
        at=time(stamp, field, place.tz)[0] if stamp else _seconds(first.get("startOffset"), "words.startOffset"),
        role=ROLES.get(str(record(one.get("segmentParticipant")).get("role"))) or (channels.get(tag) if tag else None),
    )


def _seconds(value: Any, field: str) -> float | None:
    """Of a duration such as "12.500s"."""
    return offset(str(value).removesuffix("s") if value else None, field)


def _at(value: Any, place: Place) -> Any:
    """Microseconds since 1970; files whose clock begins with the call have small ones, which are offsets."""
    field = "entries.start_timestamp_usec"
    try:
        small = abs(float(value or 0)) < LONGEST * 1e6
    except (TypeError, ValueError):
        small = True
    return offset(value, field, per_second=1e6) if small else time(value, field, place.tz)[0]
