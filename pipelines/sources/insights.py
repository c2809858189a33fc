"""Google Conversational Insights (CCAI Insights): conversation transcript files."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._calls import LONGEST, Place, Utterance, call, offset, read_json
from pipelines.sources._records import Options
from pipelines.sources._values import record, rows, time

ROLES = {
    "CUSTOMER": Speaker.CUSTOMER,
    "END_USER": Speaker.CUSTOMER,
    "AGENT": Speaker.AGENT,
    "HUMAN_AGENT": Speaker.AGENT,
    "AUTOMATED_AGENT": Speaker.BOT,
}


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_json(path, options, "insights", entries)


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


def _at(value: Any, place: Place) -> Any:
    """Microseconds since 1970; files whose clock begins with the call have small ones, which are offsets."""
    field = "entries.start_timestamp_usec"
    try:
        small = abs(float(value or 0)) < LONGEST * 1e6
    except (TypeError, ValueError):
        small = True
    return offset(value, field, per_second=1e6) if small else time(value, field, place.tz)[0]
