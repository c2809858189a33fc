"""frictionary ingest: exports into the store and through the one path, to friction themes and journeys."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from api import own_model, reading
from api.since import Since

if TYPE_CHECKING:
    from pipelines.sources import Options
    from pipelines.stores import Store


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(allow_dash=True, path_type=Path))
@reading.options
@click.option("--themes/--no-themes", default=True, help="Discover themes where there are none yet.", show_default=True)
@click.option("--since", type=Since(), help="Leave out what changed before this time, or before the `last` run's mark.")
@click.option("--watch", is_flag=True, help="Go on with what is dropped into the folders, until Ctrl-C.")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@own_model.option
@click.option("--json", "as_json", is_flag=True, help="Print the run's counts and seconds as JSON.")
def command(
    paths: tuple[Path, ...],
    format_: str | None,
    options: "Options",
    names: bool | None,
    themes: bool,
    since: "datetime | Literal['last'] | None",
    watch: bool,
    url: str | None,
    model: Path | None,
    as_json: bool,
) -> None:
    """Read exports (files or folders) into the store: mask them, resolve customers, annotate what is new.

    Themes are discovered where there are none yet; else new segments join those known. With --watch a file that is
    dropped is taken in once it is fully written, and not again until what is in it changes, also after a restart.

    \b
    Example: frictionary ingest corpora/sample/tickets.jsonl corpora/sample/calls --store demo.db
    Example: frictionary ingest complaints.csv --column text="What happened" --column channel==ticket
    Example: frictionary ingest exports/zendesk --since last
    Example: frictionary ingest drops --watch --store demo.db
    """
    from api.progress import progress
    from api.summary import show
    from pipelines import sources
    from pipelines.annotate import Annotator
    from pipelines.run import run
    from pipelines.settings import Settings
    from pipelines.stores import open_store

    settings = Settings.from_environment(store=url, names=names, model=model and str(model))
    files = [] if watch else sources.files(paths)
    if not as_json:
        _guesses(files, format_)
        if not files and not watch:
            click.echo(f"no files in {', '.join(map(sources.address, paths))}", err=True)
    annotator = Annotator.of(settings)
    with open_store(settings.store) as store:

        def take(files: Sequence[Path]) -> None:
            with progress(hidden=as_json or watch) as report:
                done = run(
                    files,
                    store=store,
                    annotator=annotator,
                    settings=settings,
                    format=format_,
                    options=options,
                    since=since,
                    refit=None if themes else False,
                    progress=report,
                )
            if as_json:
                click.echo(json.dumps({"run": done.id, "counts": done.counts, "seconds": done.seconds}))
            elif watch:
                click.echo(_line(files, done.counts))
            else:
                show(done, store, annotator.taxonomy)
            if dead := done.counts["dead"]:
                click.echo(f"dead letters: {dead}, each with its reason in {settings.dead_letters}", err=True)

        if watch:
            _watch(paths, take, store)
        else:
            take(files)


def _watch(paths: Sequence[Path], take: Callable[[list[Path]], None], store: "Store") -> None:
    """Ctrl-C and SIGTERM end it when the run in hand is done."""
    import signal
    from threading import Event

    from pipelines import sources
    from pipelines.watch import watch

    stop = Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    click.echo(f"watching {', '.join(map(sources.address, paths))}; Ctrl-C ends it", err=True)
    try:
        watch(paths, take, store=store, stop=stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _line(files: Sequence[Path], counts: Mapping[str, int]) -> str:
    """What a drop brought, on one line."""
    told = ", ".join(f"{counts.get(name, 0):,} {name}" for name in ("added", "changed", "same", "annotated", "dead"))
    return f"{', '.join(map(str, files)) or 'nothing new'}: {told}"


def _guesses(files: Sequence[Path], format: str | None) -> None:
    """What each file is taken for, and why; many files of one folder that are alike take one line."""
    from nlp.errors import FrictionaryError
    from pipelines import sources

    alike: Counter[tuple[Path, str]] = Counter()
    last: dict[tuple[Path, str], Path] = {}
    for path in files:
        try:
            said = f"{format}, as told" if format else "{}, since {}".format(*sources.guess(path))
        except FrictionaryError as error:
            said = str(error).removeprefix(f"{sources.address(path)}: ")
        alike[path.parent, said] += 1
        last[path.parent, said] = path
    for (folder, said), count in alike.items():
        place = sources.address(folder if count > 1 else last[folder, said])
        click.echo(f"{place}: {f'{count} files: ' if count > 1 else ''}{said}", err=True)
