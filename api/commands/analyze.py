"""frictionary analyze: one text a line in, one JSON object a line out; it stores nothing."""

import codecs
import json
import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from api import own_model

if TYPE_CHECKING:
    from nlp.themes.assign import Assigner
    from pipelines.analyze import Analyst
    from pipelines.settings import Settings

BATCH = 512
CHUNK = 1 << 16
LONGEST = 1 << 20
"""Characters of a line that are read; the rest of a longer one is passed over."""
BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--store", "url", help="A store whose themes are named; FRICTIONARY_STORE otherwise, if it exists.")
@click.option("--names", is_flag=True, help="Mask person names too (slower).")
@click.option("--company", default="", help="The company's own name or @handle, which stays; other handles are masked.")
@click.option("--evidence", is_flag=True, help="Add the words that show friction or feeling, with their places.")
@click.option("--explain", is_flag=True, help="Add the words that carried intent and sentiment (much slower).")
@own_model.option
def command(
    files: tuple[str, ...], url: str | None, names: bool, company: str, model: Path | None, **wanted: bool
) -> None:
    """Analyse texts from FILES or standard input: a text a line, or JSON lines with "text" and optional "id".

    One JSON object a line comes out for each, in order, as soon as it is known. Ids count lines from 1 where none is
    given. "theme" is null without a store.

    \b
    Examples:
      echo '{"id": "7", "text": "I was charged twice"}' | frictionary analyze
      frictionary analyze --store demo.db --evidence mails.txt
      echo "where is my refund?" | frictionary analyze --explain
      frictionary analyze --model models/my mails.txt
      tail -f chat.log | frictionary analyze --names
    """
    from pipelines.settings import Settings

    analyst = _analyst(Settings.from_environment(model=model and str(model)), url, names=names, company=company)
    out = sys.stdout.buffer
    first = 1
    for file in files or ("-",):
        with click.open_file(file, "rb") as stream:
            for batch in batches(stream):
                items = [read(line, number) for number, line in enumerate(batch, first)]
                ids, texts = zip(*items, strict=True)
                rows = analyst.texts(texts, ids, **wanted)
                out.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
                out.flush()
                first += len(batch)


def _analyst(settings: "Settings", url: str | None, *, names: bool, company: str) -> "Analyst":
    from nlp.names import Names
    from pipelines.analyze import Analyst
    from pipelines.annotate import Annotator

    annotator = Annotator.of(settings)
    return Analyst(annotator, _themes(url, annotator.encoder.version), Names.load() if names else None, company)


def _themes(url: str | None, encoder: str) -> "Assigner | None":
    """Of the store at `url`, which must exist, else of FRICTIONARY_STORE's, which need not."""
    place = url or os.environ.get("FRICTIONARY_STORE")
    if not place:
        return None
    from pipelines.stores import exists, open_existing

    if not url and not exists(place):
        return None
    with open_existing(place) as store:
        from pipelines.discover import assigner

        return assigner(store, encoder=encoder)


def batches(stream: IO[Any]) -> Iterator[list[str]]:
    """Lines in lists of at most BATCH: those that have come, without waiting for more."""
    for lines in _lines(stream):
        rest = iter(lines)
        while batch := list(islice(rest, BATCH)):
            yield batch


def _lines(stream: IO[Any]) -> Iterator[list[str]]:
    """The whole lines of each chunk. Bytes that do not decode become U+FFFD."""
    read = getattr(stream, "read1", stream.read)
    decoder, tail, size = None, list[str](), 0
    while chunk := read(CHUNK):
        decoder = decoder or _decoder(chunk)
        *whole, last = decoder.decode(chunk).split("\n")
        if whole:
            whole[0], tail, size = "".join([*tail, whole[0]])[:LONGEST], [], 0
            yield whole
        if size < LONGEST:
            tail.append(last)
            size += len(last)
    if size:
        yield ["".join(tail)[:LONGEST]]


def _decoder(chunk: bytes) -> codecs.IncrementalDecoder:
    name = next((name for bom, name in BOMS if chunk.startswith(bom)), "utf-8-sig")
    return codecs.getincrementaldecoder(name)("replace")


def read(line: str, number: int) -> tuple[str, str]:
    """(id, text) of a line. One that is no JSON object with a text is a text itself."""
    line = line.rstrip("\r")
    try:
        data = json.loads(line) if line.startswith("{") else None
    except (ValueError, RecursionError):  # also an integer of too many digits
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        return str(number), line
    id = data.get("id")
    name = str(id if isinstance(id, str | int | float) else number)
    return name.encode("utf-8", "replace").decode(), data["text"]
