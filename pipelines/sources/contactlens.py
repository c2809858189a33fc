"""Contact Lens for Amazon Connect: the analysed files of calls and of chats."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.conversation import Channel, Conversation
from nlp.errors import BadRecord
from pipelines.sources._calls import Place, Utterance, call, in_name, offset, read_json
from pipelines.sources._records import Options
from pipelines.sources._values import record, rows, time
from pipelines.sources.transcribe import ROLES, facts

SAID = ("text/plain", "text/markdown")


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_json(path, options, "contactlens", contact)


def contact(place: Place, raw: Mapping[str, Any]) -> Conversation:
    """One call, or one chat with its messages (events and forms left out). A call's date is in the name of its
    recording or of the file. Raises BadRecord."""
    roles = {str(one.get("ParticipantId")): one.get("ParticipantRole") for one in rows(raw.get("Participants"))}
    turns = [turn for turn in rows(raw.get("Transcript")) if turn.get("ContentType") in (None, *SAID)]
    names = dict.fromkeys(turn.get("DisplayName") for turn in turns if turn.get("ParticipantRole") != "SYSTEM")
    known = record(raw.get("CustomerMetadata"))
    return call(
        place,
        known.get("ContactId"),
        [_utterance(turn, roles, place) for turn in turns],
        stamps=[in_name(str(known.get("InputS3Uri") or "").rpartition("/")[2])],
        channel=Channel.CHAT if str(raw.get("Channel")).upper() == "CHAT" else Channel.CALL,
        metadata={**facts(raw), "people": [str(name) for name in names if name]},
    )


def _utterance(turn: Mapping[str, Any], roles: Mapping[str, Any], place: Place) -> Utterance:
    """A voice turn has an offset and an id to look up; a chat message has a time and its role."""
    id = str(turn.get("ParticipantId") or "")
    stamp = turn.get("AbsoluteTime")
    return Utterance(
        label=id,
        text=str(turn.get("Content") or ""),
        at=time(stamp, "Transcript.AbsoluteTime", place.tz)[0]
        if stamp
        else offset(turn.get("BeginOffsetMillis"), "Transcript.BeginOffsetMillis", per_second=1000),
        role=ROLES.get(str(turn.get("ParticipantRole") or roles.get(id) or id).upper()),
    )
