"""SubRip (SRT) transcripts of calls: one file a call, its speakers named by `Name: text` or `[Name]: text`."""

from collections.abc import Iterator
from pathlib import Path

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._calls import Place, call, people, read_text
from pipelines.sources._records import Options
from pipelines.sources.webvtt import captions


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_text(path, options, "srt", transcript)


def transcript(place: Place, text: str) -> Conversation:
    """One call. SRT has no place for notes: its date is in the file's name, or an option. Raises BadRecord."""
    said = captions(text.lstrip("\ufeff \r\n\t"), "srt")
    return call(place, None, said, metadata={"people": people(said)})
