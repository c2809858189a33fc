"""Whisper and WhisperX: the JSON of a transcription, with speakers only where WhisperX told them apart."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._calls import Place, Utterance, call, offset, read_json
from pipelines.sources._records import Options
from pipelines.sources._values import rows


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_json(path, options, "whisper", transcription)


def transcription(place: Place, raw: Mapping[str, Any]) -> Conversation:
    """One call, named like its file; its date is in that name or an option. Raises BadRecord."""
    said = [
        Utterance(_speaker(one), str(one.get("text") or "").strip(), offset(one.get("start"), "segments.start"))
        for one in rows(raw.get("segments"))
    ]
    return call(
        place, None, said or [Utterance("", str(raw.get("text") or ""))], metadata={"language": raw.get("language")}
    )


def _speaker(segment: Mapping[str, Any]) -> str:
    """The segment's speaker, else the one who says most of its words."""
    voices = Counter(str(word["speaker"]) for word in rows(segment.get("words")) if word.get("speaker"))
    most = voices.most_common(1)
    return str(segment.get("speaker") or (most[0][0] if most else ""))
