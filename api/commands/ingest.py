"""frictionary ingest: exports into the store, redacted, then every conversation annotated."""

import json
from dataclasses import asdict
from pathlib import Path

import click


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "format_", help="Read as this format instead of guessing.")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(paths: tuple[Path, ...], format_: str | None, url: str | None, as_json: bool) -> None:
    """Read exports (files or folders) into the store, mask them, and annotate what is new.

    \b
    Example: frictionary ingest corpora/sample/tickets.jsonl corpora/sample/calls --store demo.db
    """
    from nlp.errors import FrictionaryError
    from pipelines import sources
    from pipelines.annotate import Annotator, annotate
    from pipelines.ingest import ingest
    from pipelines.protect import protector
    from pipelines.settings import Settings
    from pipelines.stores import open_store

    settings = Settings.from_environment(store=url)
    files = [
        p for path in paths for p in (sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path])
    ]
    if not format_ and not as_json:
        for path in files[:10]:
            try:
                click.echo("{}: {}, since {}".format(path, *sources.guess(path)))
            except FrictionaryError as error:
                click.echo(str(error), err=True)
    with open_store(settings.store) as store:
        report = ingest(files, store=store, protect=protector(settings), settings=settings, format=format_)
        annotator = Annotator.load(settings.models, settings.taxonomy, threads=2)
        waiting = store.conversations.count()
        with click.progressbar(length=waiting, label="annotating", hidden=as_json) as bar:
            annotated = annotate(store, annotator, progress=bar.update)
    summary = asdict(report) | {"annotated": annotated}
    click.echo(json.dumps(summary) if as_json else "\n".join(f"{name:>10} {count}" for name, count in summary.items()))
    if report.dead:
        click.echo(f"{report.dead} dead letters, with their reasons: {settings.dead_letters}", err=True)
