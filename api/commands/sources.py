"""frictionary sources: the formats that can be read; what a file is taken for, before it is ingested."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api import reading

if TYPE_CHECKING:
    from pipelines.inspect import Inspection
    from pipelines.sources import Options

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
WIDTH = 100


@click.group(invoke_without_command=True)
@JSON
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the formats that can be read.

    \b
    Example: frictionary sources
    """
    if context.invoked_subcommand:
        return
    from pipelines.sources import described

    formats = described()
    if as_json:
        click.echo(json.dumps(formats, indent=2))
        return
    from rich.console import Console

    from api.terminal import table

    Console().print(table({"format": False, "what it is": False}, formats.items()))


@command.command()
@click.argument("path", type=click.Path(allow_dash=True, path_type=Path))
@reading.options
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Most records read.")
@JSON
def inspect(path: Path, format_: str | None, options: "Options", names: bool | None, limit: int, as_json: bool) -> None:
    """What a file is taken for, the mapping of its columns where it is a table, and its first records, masked.

    Stores nothing. Of a folder, a pattern or an archive the first file.

    \b
    Example: frictionary sources inspect corpora/sample/tickets.jsonl
    Example: frictionary sources inspect complaints.csv --column text="What happened"
    """
    from nlp.errors import BadInput
    from pipelines import inspect as inspection
    from pipelines import sources
    from pipelines.protect import protector
    from pipelines.settings import Settings
    from pipelines.vocabulary import vocabulary

    found = next(iter(sources.files([path])), None)
    if found is None or not sources.exists(found):
        raise BadInput(f"no such file: {sources.address(path)}")
    settings = Settings.from_environment(names=names)
    options = replace(options, names=vocabulary(settings))
    told = inspection.inspect(found, protect=protector(settings), options=options, format=format_, limit=limit)
    click.echo(json.dumps(asdict(told), indent=2, default=str) if as_json else "\n".join(_lines(told)))


def _lines(told: "Inspection") -> Iterator[str]:
    from api.terminal import plain

    yield f"{told.file}: {told.format}, since {told.why}".replace("since as told", "as told")
    if told.columns or told.proposed:
        yield from ["", "columns", *_mapping(told)]
    for record in told.records:
        turns = record.pop("turns", [])
        yield f"\n{plain(_facts(record))}"
        yield from (f"  {turn['speaker']}: {_short(plain(turn['text']))}" for turn in turns)
    yield from (f"\nnot read: record {bad['record']}, {bad['field'] or 'record'}: {bad['reason']}" for bad in told.dead)
    yield from (f"\nleft out: {count} {why}" for why, count in told.skipped.items())


def _mapping(told: "Inspection") -> Iterator[str]:
    """As a mapping file spells it, so that it can be kept and changed; then what is not mapped."""
    whole = {**told.mapping, **told.proposed}
    for field, column in whole.items():
        by = "   # by its contents alone: tell ingest" if field in told.proposed else ""
        yield f"  {field} = {json.dumps(column, ensure_ascii=False)}{by}"
    used = {name for column in whole.values() for name in (column if isinstance(column, list) else [column])}
    if rest := [name for name in told.columns if name not in used]:
        yield f"  # not read: {', '.join(rest)}"
    if told.columns and (lacking := [field for field in ("id", "text") if field not in whole]):
        yield f"  # needed: {' and '.join(f'--column {field}=NAME' for field in lacking)}"


def _facts(record: Mapping[str, Any]) -> str:
    metadata = record.get("metadata", {})
    facts = {**{name: value for name, value in record.items() if name != "metadata"}, **metadata}
    first = [str(facts.pop(name)) for name in ("id", "channel", "started_at", "customer") if facts.get(name)]
    return "  ".join([*first, *(f"{name}={value}" for name, value in facts.items() if value is not None)])


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
