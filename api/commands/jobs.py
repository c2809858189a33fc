"""frictionary jobs: long work that was asked for: what there is, how far it is, and a worker that does it."""

import json
import signal
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipelines.stores.protocols import Job

STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
STATES = ("queued", "running", "done", "failed", "cancelled", "interrupted")
KINDS = ("discover", "annotate", "features", "export")


@click.group(invoke_without_command=True)
@STORE
@click.option("--state", type=click.Choice(STATES), help="Jobs in this state alone.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Most jobs listed.")
@JSON
@click.pass_context
def command(context: click.Context, url: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """List the jobs, newest first.

    \b
    Examples:
      frictionary jobs --store demo.db
      frictionary jobs ask export --option table=signals --store demo.db
      frictionary jobs work --store demo.db
    """
    if context.invoked_subcommand:
        return
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url).store) as store:
        found = store.jobs.page(state=state or "", limit=limit)
    if as_json:
        click.echo(json.dumps([asdict(job) for job in found], indent=2, default=_plain))
        return
    from rich.console import Console

    from api.terminal import table

    columns = {"job": False, "kind": False, "state": False, "asked for": False, "progress": True}
    Console().print(table(columns, map(_row, found)))


@command.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--option", "options", multiple=True, help="NAME=VALUE, such as table=signals. Repeatable.")
@STORE
def ask(kind: str, options: tuple[str, ...], url: str | None) -> None:
    """Ask for a job; a server or `frictionary jobs work` does it.

    \b
    Example: frictionary jobs ask export --option table=signals --option format=parquet
    """
    from pipelines import jobs
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    given: dict[str, Any] = {}
    for text in options:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"{text!r}: NAME=VALUE expected, such as table=signals", param_hint="--option")
        given[name] = int(value) if value.isdecimal() else value
    with open_existing(Settings.from_environment(store=url).store) as store:
        click.echo(jobs.ask(store, kind, given, actor="command line").id)


@command.command()
@click.argument("id")
@STORE
def show(id: str, url: str | None) -> None:
    """Print the job ID as JSON.

    \b
    Example: frictionary jobs show job-0b3e6b7a5f5c4f0f9d5c0c7c1c2d3e4f
    """
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url).store) as store:
        click.echo(json.dumps(asdict(store.jobs.get(id)), indent=2, default=_plain))


@command.command()
@click.argument("id")
@STORE
def cancel(id: str, url: str | None) -> None:
    """End the job ID: at once where it waits, soon where it runs.

    \b
    Example: frictionary jobs cancel job-0b3e6b7a5f5c4f0f9d5c0c7c1c2d3e4f
    """
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url).store) as store:
        job = store.jobs.cancel(id, datetime.now(UTC))
    click.echo(f"{job.state}{', to be ended' if job.cancelling and job.state == 'running' else ''}")


@command.command()
@STORE
@click.option("--once", is_flag=True, help="Do what waits, then end.")
@click.option("--files", type=click.Path(file_okay=False, path_type=Path), help="FRICTIONARY_JOB_FILES otherwise.")
def work(url: str | None, once: bool, files: Path | None) -> None:
    """Do jobs until told to end (Ctrl-C, SIGTERM); what is half done goes on with the next worker.

    Beside a server, set its FRICTIONARY_JOBS=elsewhere, and give both the same FRICTIONARY_JOB_FILES.

    \b
    Example: frictionary jobs work --store demo.db --once
    """
    from functools import cache

    from pipelines.annotate import Annotator
    from pipelines.jobs import Worker
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url, job_files=files)
    with open_existing(settings.store) as store:
        worker = Worker(store, settings, cache(lambda: Annotator.of(settings)))
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: worker.end())
        worker.run(once=once)


def _row(job: "Job") -> tuple[object, ...]:
    progress = f"{job.step} {job.done:,}" + (f" of {job.total:,}" if job.total is not None else "")
    return job.id, job.kind, job.state, f"{job.created_at:%Y-%m-%d %H:%M:%S}", progress if job.step else ""


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
