"""AssemblyAI: the JSON of a finished transcript, with speaker labels or several channels."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._calls import Place, Utterance, call, offset, people, read_json
from pipelines.sources._records import Options
from pipelines.sources._values import rows


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_json(path, options, "assemblyai", transcript)


def transcript(place: Place, raw: Mapping[str, Any]) -> Conversation:
    """One call; times are in milliseconds, and the call's date is in the file's name or an option. Raises BadRecord."""
    if raw.get("status") == "error":
        raise BadRecord("the transcription failed", "error", str(raw.get("error") or ""))
    said = [
        Utterance(
            label=_label(one),
            text=str(one.get("text") or ""),
            at=offset(one.get("start"), "utterances.start", per_second=1000),
        )
        for one in rows(raw.get("utterances"))
    ]
    return call(
        place,
        raw.get("id"),
        said or [Utterance("", str(raw.get("text") or ""))],
        metadata={
            "people": people(said),
            "language": raw.get("language_code"),
            "seconds": offset(raw.get("audio_duration"), "audio_duration"),
        },
    )


def _label(utterance: Mapping[str, Any]) -> str:
    """The channel where there are several, since a party has one; else the speaker's letter or name."""
    channel = utterance.get("channel")
    return f"channel {channel}" if channel not in (None, "") else str(utterance.get("speaker") or "")
