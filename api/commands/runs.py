"""frictionary runs: what came into the store when, from which files, what died on the way, and with which versions."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipelines.stores.protocols import Run, RunInput

STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
STATUSES = ("running", "done", "failed", "killed")
COUNTS = ("read", "added", "changed", "dead")
SHOWN = 50


@click.group(invoke_without_command=True)
@STORE
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Most runs listed.")
@click.option("--status", type=click.Choice(STATUSES), help="Runs of this status alone.")
@JSON
@click.pass_context
def command(context: click.Context, url: str | None, limit: int, status: str | None, as_json: bool) -> None:
    """List the runs, newest first, and up to when each source has been read (`ingest --since last`).

    \b
    Example: frictionary runs --store demo.db
    Example: frictionary runs show last --store demo.db
    """
    if context.invoked_subcommand:
        return
    from pipelines.runlog import bury
    from pipelines.settings import Settings
    from pipelines.stores import open_store

    with open_store(Settings.from_environment(store=url).store) as store:
        bury(store)
        found, marks = store.runs.page(limit=limit, status=status or ""), store.marks.all()
    if as_json:
        click.echo(json.dumps({"runs": [asdict(run) for run in found], "marks": marks}, indent=2, default=_plain))
        return
    from rich.console import Console

    from api.terminal import table

    columns = {"run": False, "status": False, **dict.fromkeys(("seconds", *COUNTS), True)}
    Console().print(table(columns, (_row(run) for run in found)))
    if marks:
        rows = ((source, f"{at:%Y-%m-%d %H:%M:%S}") for source, at in marks.items())
        Console().print(table({"source": False, "read up to": False}, rows, title="\nMarks"))


@command.command()
@click.argument("run")
@STORE
@JSON
def show(run: str, url: str | None, as_json: bool) -> None:
    """One run, by its id, or the `last`: its files with their hashes, what they brought, and why records died.

    \b
    Example: frictionary runs show last --store demo.db
    """
    from nlp.errors import NotFound
    from pipelines.runlog import bury
    from pipelines.settings import Settings
    from pipelines.stores import open_store

    with open_store(Settings.from_environment(store=url).store) as store:
        bury(store)
        newest = next(iter(store.runs.page(limit=1)), None)
        if run == "last" and newest is None:
            raise NotFound(f"no runs in {url or 'the store'} yet")
        found = newest if run == "last" and newest else store.runs.get(run)
        inputs = store.runs.inputs(found.id)
    if as_json:
        whole = {**asdict(found), "inputs": [asdict(one) for one in inputs]}
        click.echo(json.dumps(whole, indent=2, default=_plain))
    else:
        click.echo("\n".join(_lines(found, inputs)))


def _row(run: "Run") -> tuple[object, ...]:
    counts = (run.counts.get(name, 0) for name in COUNTS)
    return run.id, run.status, f"{sum(run.seconds.values()):.1f}", *(f"{count:,}" for count in counts)


def _lines(run: "Run", inputs: list["RunInput"]) -> Iterator[str]:
    from api.terminal import plain

    yield f"{run.id}  {run.status}  {run.started_at:%Y-%m-%d %H:%M:%S}"
    if run.resumes:
        yield f"  goes on from {run.resumes}"
    if run.error:
        yield f"  error: {plain(run.error)}"
    yield f"  counts: {_pairs(run.counts)}"
    yield f"  seconds: {_pairs(run.seconds)}"
    yield "  versions: " + ", ".join(f"{name} {version}" for name, version in run.versions.items())
    for one in inputs[:SHOWN]:
        state = "not read to its end" if one.seconds is None else f"{one.seconds:.1f} s"
        size = "" if one.size is None else f"{one.size:,} bytes, "
        yield f"\n{plain(one.name)}: {one.format or 'unknown format'}, {size}{state}"
        yield f"  sha256 {one.sha256 or '-'}"
        yield f"  {_pairs(one.counts) or 'nothing'}"
    if len(inputs) > SHOWN:
        yield f"\nand {len(inputs) - SHOWN:,} more files (--json tells them all)"
    dead = sum((Counter(one.dead) for one in inputs), Counter[str]())
    yield from (f"\ndead letters: {count:,}  {plain(reason)}" for reason, count in dead.most_common())


def _pairs(figures: Any) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in figures.items() if count)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
