"""frictionary export: what a store holds, as a table for a spreadsheet, a script or a warehouse."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, get_args

import click

from api.moment import Moment
from api.noted import noted

if TYPE_CHECKING:
    from pipelines.export import Request

Table = Literal[
    "assignments",
    "conversations",
    "customers",
    "features",
    "journeys",
    "signals",
    "stages",
    "themes",
    "transitions",
]
NOUNS = get_args(Table)
FORMATS = ("csv", "jsonl", "parquet", "xes")
CHANNELS = ("ticket", "call", "social", "chat")
STEP = 1_000
"""Rows between two moves of the progress bar."""


@click.command()
@click.argument("noun", type=click.Choice(NOUNS))
@click.option("--out", default="-", show_default=True, help="File to write; - is standard output.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="As the file's name ends, else csv.")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--since", type=Moment(), help="Conversations (and events) from this time on, UTC.")
@click.option("--until", type=Moment(), help="Conversations (and events) before this time, UTC.")
@click.option("--channel", type=click.Choice(CHANNELS), help="Conversations of this channel.")
@click.option("--stage", help="Conversations at this stage; of transitions, those that leave or reach it.")
@click.option("--theme", help="Conversations that raise this theme (its id).")
@click.option("--at", type=Moment(), help="The moment that features are known at; now otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print the number of rows and the file as JSON.")
def command(
    noun: str, out: str, format_: str | None, url: str | None, at: datetime | None, as_json: bool, **chosen: Any
) -> None:
    """Write NOUN, one row each, as CSV, JSON lines or Parquet; journeys as XES, too.

    Times are UTC. Texts are the redacted ones. In CSV, a text that a spreadsheet would take for a formula gets an
    apostrophe before it. docs/journeys.md defines features and transitions.

    \b
    Examples:
      frictionary export themes --out themes.csv
      frictionary export signals --channel call --since 2026-05-01 --out calls.parquet
      frictionary export journeys --out journeys.xes
      frictionary export features --at 2026-09-01 --format jsonl | head
    """
    from nlp.taxonomy import Taxonomy
    from pipelines import export
    from pipelines.settings import Settings
    from pipelines.stores import open_existing
    from pipelines.stores.protocols import Filter

    if as_json and out == "-":
        raise click.UsageError("--json would stand among the rows; give --out a file")
    format = format_ or _format(out)
    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    filter = Filter(**{name: value for name, value in chosen.items() if value})
    with open_existing(settings.store) as store:
        export.check(filter, store, taxonomy)
        request = export.Request(store, taxonomy, filter, at or datetime.now(UTC))
        rows = _write(request, noun, out, format, hidden=as_json)
        noted(store, f"{noun}.export", rows=rows)
    if as_json:
        click.echo(json.dumps({"noun": noun, "rows": rows, "out": out, "format": format}))


def _format(out: str) -> str:
    ending = Path(out).suffix.removeprefix(".").lower() if out != "-" else "csv"
    if ending not in FORMATS:
        raise click.UsageError(f"{out}: give --format ({', '.join(FORMATS)}), or a file that ends in one of them")
    return ending


def _write(request: "Request", noun: str, out: str, format: str, *, hidden: bool) -> int:
    """Returns the number of rows."""
    from api.progress import progress
    from pipelines import export, sinks

    wanted, done = export.noun(noun), 0
    total = wanted.total(request) if wanted.total else None
    with progress(hidden=hidden) as report, opened(out, seekable=format == "parquet") as file:

        def counted() -> Iterator[Mapping[str, Any]]:
            nonlocal done
            for done, row in enumerate(wanted.rows(request), start=1):
                yield row
                if done % STEP == 0:
                    report(noun, done, total)
            report(noun, done, done)

        sinks.write(counted(), wanted.columns, file, format=format)
    return done


@contextmanager
def opened(out: str, *, seekable: bool) -> Iterator[BinaryIO]:
    """The file to write, or standard output for "-"; a regular file takes its name only when it is whole.

    Raises BadSetting where it cannot be written.
    """
    path = Path(out)
    if out == "-" and not seekable:
        yield sys.stdout.buffer
    elif out == "-":
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
    elif path.exists() and not path.is_file():
        with _writable(path) as file:
            yield file
    else:
        part = path.with_name(f"{path.name}.part")
        try:
            with _writable(part) as file:
                yield file
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def _writable(path: Path) -> BinaryIO:
    from nlp.errors import BadSetting

    try:
        return path.open("wb")
    except OSError as error:
        raise BadSetting(f"--out {path}: cannot be written: {error.strerror}") from error
