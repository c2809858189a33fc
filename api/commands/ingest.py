"""frictionary ingest: exports into the store and through the one path, to friction themes and journeys."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api import own_model
from api.moment import Moment


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(allow_dash=True, path_type=Path))
@click.option("--format", "format_", help="Read as this format instead of guessing.")
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Columns, as TOML.")
@click.option("--column", "columns", multiple=True, help="A column: field=NAME, or field==VALUE. Repeatable.")
@click.option("--speaker", "speakers", multiple=True, help="Who a voice of a call is: LABEL=agent. Repeatable.")
@click.option("--timezone", default="UTC", show_default=True, help="Zone of times that name none.")
@click.option("--company", default="", help="The company's own name or @handle: never masked as a person.")
@click.option("--started-at", type=Moment(), help="Time of conversations that have none, UTC.")
@click.option("--source", default="", help="First half of every id; the format's name otherwise.")
@click.option("--names/--no-names", default=None, help="Mask person names; FRICTIONARY_NAMES (on) otherwise.")
@click.option("--themes/--no-themes", default=True, help="Discover themes where there are none yet.", show_default=True)
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@own_model.option
@click.option("--json", "as_json", is_flag=True, help="Print the run's counts and seconds as JSON.")
def command(
    paths: tuple[Path, ...],
    format_: str | None,
    mapping: Path | None,
    columns: tuple[str, ...],
    speakers: tuple[str, ...],
    timezone: str,
    company: str,
    started_at: datetime | None,
    source: str,
    names: bool | None,
    themes: bool,
    url: str | None,
    model: Path | None,
    as_json: bool,
) -> None:
    """Read exports (files or folders) into the store: mask them, resolve customers, annotate what is new.

    Themes are discovered where there are none yet; else new segments join those known.

    \b
    Example: frictionary ingest corpora/sample/tickets.jsonl corpora/sample/calls --store demo.db
    Example: frictionary ingest complaints.csv --column text="What happened" --column channel==ticket
    """
    from api.progress import progress
    from api.summary import show
    from pipelines import sources
    from pipelines.annotate import Annotator
    from pipelines.run import run
    from pipelines.settings import Settings
    from pipelines.sources.table import mapping_of
    from pipelines.stores import open_store

    settings = Settings.from_environment(store=url, names=names, model=model and str(model))
    files = sources.files(paths)
    options = sources.Options(
        timezone=timezone,
        company=company,
        source=source,
        started_at=started_at,
        mapping={**mapping_of(mapping), **_mapping(columns)} or None,
        speakers=_speakers(speakers),
    )
    if not as_json:
        _guesses(files, format_)
    annotator = Annotator.of(settings)
    with open_store(settings.store) as store:
        with progress(hidden=as_json) as report:
            done = run(
                files,
                store=store,
                annotator=annotator,
                settings=settings,
                format=format_,
                options=options,
                refit=None if themes else False,
                progress=report,
            )
        if as_json:
            click.echo(json.dumps({"run": done.id, "counts": done.counts, "seconds": done.seconds}))
        else:
            show(done, store, annotator.taxonomy)
    if dead := done.counts["dead"]:
        click.echo(f"dead letters: {dead}, each with its reason in {settings.dead_letters}", err=True)


def _mapping(columns: Sequence[str]) -> dict[str, Any]:
    """`field=column` pairs; a field given several times is a list. Raises BadParameter."""
    mapping: dict[str, Any] = {}
    for text in columns:
        field, equals, column = text.partition("=")
        if not (field and equals and column):
            raise click.BadParameter(f"{text!r}: field=NAME expected, such as text=Body", param_hint="--column")
        if field == "metadata":
            mapping.setdefault(field, []).append(column)
        else:
            mapping[field] = column
    return mapping


def _speakers(told: Sequence[str]) -> dict[str, str]:
    """`label=speaker` pairs. Raises BadParameter."""
    pairs = {label: speaker for label, _, speaker in (text.rpartition("=") for text in told)}
    if "" in pairs:
        raise click.BadParameter("LABEL=agent expected, such as 'channel 1=agent'", param_hint="--speaker")
    return pairs


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
            said = str(error).removeprefix(f"{path}: ")
        alike[path.parent, said] += 1
        last[path.parent, said] = path
    for (folder, said), count in alike.items():
        click.echo(f"{f'{folder}: {count} files' if count > 1 else last[folder, said]}: {said}", err=True)
