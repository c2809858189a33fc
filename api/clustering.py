"""frictionary themes discover FILE: the themes of texts that lie in a file, one line a text, without a store."""

import json
import time
from pathlib import Path
from typing import Any

import click

NEEDED = "FILE needs {}, such as: frictionary themes discover survey.csv --text comment --out assignments.jsonl"


def discover_file(file: Path, *, text: str | None, id: str | None, out: Path | None, seed: int, as_json: bool) -> None:
    """Write each text's theme to `out`, and show the themes. Raises UsageError where --text or --out is not given."""
    if text is None or out is None:
        raise click.UsageError(NEEDED.format("--text" if text is None else "--out"))
    from api.progress import progress
    from pipelines.annotate import Annotator
    from pipelines.clustering import cluster, read, write
    from pipelines.letters import DeadLetters
    from pipelines.namer import suggester
    from pipelines.settings import Settings

    start = time.perf_counter()
    settings = Settings.from_environment()
    given = read(file, text=text, id=id)
    if given.dead:
        with DeadLetters(settings.dead_letters) as letters:
            for bad in given.dead:
                letters.add(bad, file)
        click.echo(f"dead letters: {len(given.dead)}, each with its reason in {settings.dead_letters}", err=True)
    models = Annotator.of(settings)
    with progress(hidden=as_json) as report:
        suggest = suggester(settings)
        found = cluster(given, models.encoder, headlines=models.headlines, suggest=suggest, seed=seed, progress=report)
    write(found, out)
    left_out = found.found.labels.count(None)
    words = [
        {"id": t.id, "name": t.name, "description": t.description, "terms": t.terms, "texts": t.size}
        for t in found.themes
    ]
    if as_json:
        summary = {"texts": len(given.ids), "themes": words, "unassigned": left_out, "skipped": given.skipped}
        click.echo(json.dumps({**summary, "out": str(out), "seconds": round(time.perf_counter() - start, 1)}, indent=2))
        return
    _show(words)
    click.echo(
        f"{left_out:,} of {len(given.ids):,} texts in no theme ({left_out / len(given.ids):.1%}); written to {out}"
    )
    for reason, count in given.skipped.items():
        click.echo(f"{count:,} records left out: {reason}", err=True)


def _show(themes: list[dict[str, Any]]) -> None:
    from rich.console import Console

    from api.terminal import table

    if not themes:
        click.echo("no themes: too few texts are alike")
        return
    columns = {"id": False, "theme": False, "texts": True}
    Console().print(table(columns, ((t["id"], t["name"], f"{t['texts']:,}") for t in themes)))
