"""Deepgram: the JSON answer of a pre-recorded transcription."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.sources._calls import Place, Utterance, call, offset, read_json
from pipelines.sources._records import Options
from pipelines.sources._values import record, rows


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    yield from read_json(path, options, "deepgram", answer)


def answer(place: Place, raw: Mapping[str, Any]) -> Conversation:
    """One call: its utterances where they were asked for, else each channel's words, else its transcript.

    `metadata.created` is when it was transcribed, so it is used last. Raises BadRecord.
    """
    head, results = record(raw.get("metadata")), record(raw.get("results"))
    channels = rows(results.get("channels"))
    several = len(channels) > 1
    said = [_utterance(one, several) for one in rows(results.get("utterances"))]
    if not said:
        said = [one for number, channel in enumerate(channels) for one in _channel(channel, number, several)]
    return call(
        place,
        head.get("request_id"),
        said,
        last=head.get("created"),
        metadata={
            "language": next((one["detected_language"] for one in channels if one.get("detected_language")), None),
            "seconds": offset(head.get("duration"), "metadata.duration"),
        },
    )


def _utterance(one: Mapping[str, Any], several: bool) -> Utterance:
    return Utterance(
        _label(one.get("channel"), one.get("speaker"), several),
        str(one.get("transcript") or ""),
        offset(one.get("start"), "results.utterances.start"),
    )


def _channel(channel: Mapping[str, Any], number: int, several: bool) -> Iterator[Utterance]:
    best = next(iter(rows(channel.get("alternatives"))), {})
    words = rows(best.get("words"))
    for speaker, group in groupby(words, key=lambda word: word.get("speaker")):
        spoken = list(group)
        text = " ".join(str(word.get("punctuated_word") or word.get("word") or "") for word in spoken)
        yield Utterance(_label(number, speaker, several), text, offset(spoken[0].get("start"), "words.start"))
    if not words:
        yield Utterance(_label(number, None, several), str(best.get("transcript") or ""))


def _label(channel: Any, speaker: Any, several: bool) -> str:
    """Where each party has a channel of its own, the channel is who speaks; else the speaker's number, if known."""
    if several and channel is not None:
        return f"channel {channel}"
    return "" if speaker is None else f"speaker {speaker}"
