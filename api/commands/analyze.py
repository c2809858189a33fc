"""frictionary analyze: one text a line in, one JSON object a line out; it stores nothing."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TextIO

import click

from nlp.signal import Signal

BATCH = 512


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
def command(file: TextIO) -> None:
    """Analyze texts from FILE or standard input: a text a line, or JSON lines with "text" and optional "id".

    \b
    Example: echo '{"id": "7", "text": "I was charged twice"}' | frictionary analyze
    """
    from pipelines.annotate import Annotator, text_signals
    from pipelines.settings import Settings

    settings = Settings.from_environment()
    annotator = Annotator.load(settings.models, settings.taxonomy, threads=2)
    items = read(file)
    while batch := list(islice(items, BATCH)):
        for (id, _), signal in zip(batch, text_signals(annotator, [text for _, text in batch]), strict=True):
            click.echo(json.dumps(row(id, signal), ensure_ascii=False))


def read(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(id, text) of each line. A line that is no JSON object with a text is a text itself; ids count from 1."""
    for number, line in enumerate(lines, start=1):
        line = line.rstrip("\r\n")
        try:
            data = json.loads(line) if line.startswith("{") else None
        except ValueError:  # also an integer of too many digits
            data = None
        if isinstance(data, dict) and isinstance(data.get("text"), str):
            yield str(data.get("id", number)), data["text"]
        else:
            yield str(number), line


def row(id: str, signal: Signal) -> dict[str, Any]:
    """The public shape of one analyzed text."""
    return {
        "id": id,
        "intent": signal.intent,
        "confidence": round(signal.confidence, 4),
        "abstained": signal.abstained,
        "intents": [{"name": name, "confidence": round(value, 4)} for name, value in signal.intents],
        "sentiment": round(signal.sentiment, 4),
        "sentiment_class": signal.sentiment_class,
        "probabilities": dict(
            zip(("negative", "neutral", "positive"), (round(p, 4) for p in signal.probabilities), strict=True)
        ),
        "friction": round(signal.friction, 1),
        "stage": signal.stage,
        "stage_confidence": round(signal.stage_confidence, 4),
    }
