"""Amazon Transcribe Call Analytics: the JSON document of a post-call job."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._calls import Place, Utterance, call, offset, read_json
from pipelines.sources._records import Options
from pipelines.sources._values import record, rows

ROLES = {
    "CUSTOMER": Speaker.CUSTOMER,
    "AGENT": Speaker.AGENT,
    "SUPERVISOR": Speaker.AGENT,
    "SYSTEM": Speaker.BOT,
    "CUSTOM_BOT": Speaker.BOT,
}


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_json(path, options, "transcribe", analytics)


def analytics(place: Place, raw: Mapping[str, Any]) -> Conversation:
    """One call. The document has no date of the call: the file's name or an option gives it. Raises BadRecord."""
    said = [
        Utterance(
            label=str(turn.get("ParticipantRole") or ""),
            text=str(turn.get("Content") or ""),
            at=offset(turn.get("BeginOffsetMillis"), "Transcript.BeginOffsetMillis", per_second=1000),
            role=ROLES.get(str(turn.get("ParticipantRole")).upper()),
        )
        for turn in rows(raw.get("Transcript"))
    ]
    return call(place, raw.get("JobName"), said, metadata=facts(raw))


def facts(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Language, the categories that matched, and how long the call was, in seconds."""
    length = record(raw.get("ConversationCharacteristics")).get("TotalConversationDurationMillis")
    return {
        "language": raw.get("LanguageCode"),
        "categories": record(raw.get("Categories")).get("MatchedCategories"),
        "seconds": offset(length, "TotalConversationDurationMillis", per_second=1000),
    }
