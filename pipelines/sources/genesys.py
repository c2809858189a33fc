"""Genesys Cloud: transcripts of speech and text analytics."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord
from pipelines.sources._calls import Place, Utterance, call, read_json
from pipelines.sources._records import Options
from pipelines.sources._values import rows, time

INSIDE = {
    **dict.fromkeys(("agent", "user", "internal"), Speaker.AGENT),
    **dict.fromkeys(("ivr", "acd", "voicemail", "fax", "bot", "botflow", "workflow"), Speaker.BOT),
}
OUTSIDE = ("external", "customer")
CHANNELS = {"chat": Channel.CHAT, "message": Channel.CHAT, "email": Channel.TICKET}


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_json(path, options, "genesys", transcript)


def transcript(place: Place, raw: Mapping[str, Any]) -> Conversation:
    """One conversation's phrases; `internal` is split by the participants' times. Raises BadRecord."""
    participants = rows(raw.get("participants"))
    found = rows(raw.get("transcripts"))
    said = [_phrase(phrase, participants, place) for one in found for phrase in rows(one.get("phrases"))]
    return call(
        place,
        raw.get("conversationId"),
        said,
        stamps=[raw.get("conversationStartTime"), raw.get("startTime")],
        channel=CHANNELS.get(str(raw.get("mediaType")).lower(), Channel.CALL),
        metadata={"language": next((one["language"] for one in found if one.get("language")), None)},
    )


def _phrase(phrase: Mapping[str, Any], participants: Sequence[Mapping[str, Any]], place: Place) -> Utterance:
    stamp = phrase.get("startTimeMs")
    purpose = str(phrase.get("participantPurpose") or "").lower()
    return Utterance(
        label=purpose,
        text=str(phrase.get("decoratedText") or phrase.get("text") or ""),
        at=time(stamp, "phrases.startTimeMs", place.tz)[0] if stamp else None,
        role=Speaker.CUSTOMER if purpose in OUTSIDE else _inside(purpose, stamp, participants),
    )


def _inside(purpose: str, stamp: Any, participants: Sequence[Mapping[str, Any]]) -> Speaker | None:
    """Who of the company speaks: a purpose of its own, or of those who took part at that moment a person first."""
    if purpose != "internal" or not isinstance(stamp, int | float):
        return INSIDE.get(purpose)
    present = {
        INSIDE.get(str(one.get("participantPurpose")).lower())
        for one in participants
        if (one.get("startTimeMs") or stamp + 1) <= stamp <= (one.get("endTimeMs") or stamp)
    }
    return Speaker.BOT if Speaker.BOT in present and Speaker.AGENT not in present else Speaker.AGENT
