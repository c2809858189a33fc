"""frictionary themes: what hurts customers, ranked; discovered anew; one theme with its quotes, or its history."""

import json
from typing import Any

import click

STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(invoke_without_command=True)
@STORE
@JSON
@click.option("--limit", type=click.IntRange(min=1), default=30, show_default=True, help="Most themes listed.")
@click.pass_context
def command(context: click.Context, url: str | None, as_json: bool, limit: int) -> None:
    """List the friction themes of a store, most friction first.

    \b
    Example: frictionary themes --store demo.db
    """
    if context.invoked_subcommand:
        context.obj = url
        return
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url).store) as store:
        rows = store.themes.ranked()[:limit]
    click.echo(json.dumps(rows, default=str, indent=2)) if as_json else _table(rows)


@command.command()
@STORE
@JSON
@click.option("--seed", type=int, default=0, show_default=True, help="Of UMAP; the same seed finds the same themes.")
@click.pass_context
def discover(context: click.Context, url: str | None, as_json: bool, seed: int) -> None:
    """Find the themes anew in everything that is stored; known themes keep their ids.

    \b
    Example: frictionary themes discover --store demo.db --seed 1
    """
    from datetime import UTC, datetime

    from api.progress import progress
    from pipelines.annotate import Annotator
    from pipelines.discover import discover as find
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url or context.obj)
    with open_existing(settings.store) as store:
        models = Annotator.of(settings)
        at = datetime.now(UTC)
        with progress(hidden=as_json) as report:
            run, words = f"themes-{at:%Y%m%dT%H%M%S%fZ}", models.headlines
            find(store, models.encoder, run=run, at=at, headlines=words, seed=seed, progress=report)
        rows, unassigned = store.themes.ranked(), store.themes.unassigned()
    if as_json:
        click.echo(json.dumps({"themes": rows, "unassigned": unassigned}, default=str, indent=2))
        return
    _table(rows)
    click.echo(f"{unassigned} friction-bearing segments in no theme")


@command.command()
@STORE
@JSON
@click.argument("id")
@click.option("--limit", type=click.IntRange(min=1), default=5, show_default=True, help="Most quotes shown.")
@click.pass_context
def show(context: click.Context, url: str | None, as_json: bool, id: str, limit: int) -> None:
    """Show the theme ID: its description, terms and most telling quotes.

    \b
    Example: frictionary themes show t1 --store demo.db
    """
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url or context.obj).store) as store:
        theme, quotes = store.themes.get(id), store.themes.quotes(id, limit=limit)
    said = [{"segment": q.segment.id, "channel": q.channel, "at": q.at, "text": q.text} for q in quotes]
    if as_json:
        words = {"id": theme.id, "name": theme.name, "description": theme.description, "terms": theme.terms}
        click.echo(json.dumps({**words, "segments": theme.size, "quotes": said}, default=str, indent=2))
        return
    from api.terminal import plain

    click.echo(f"{theme.id}  {theme.name}\n{theme.description}\nTerms: {', '.join(theme.terms)}\n")
    for quote in said:
        click.echo(f"{quote['at']:%Y-%m-%d} {quote['channel']}: {plain(quote['text'])}\n")


@command.command()
@STORE
@JSON
@click.argument("id")
@click.pass_context
def history(context: click.Context, url: str | None, as_json: bool, id: str) -> None:
    """Show what became of the theme ID at each discovery: born, continued, split, merged, dormant, died.

    
    Example: frictionary themes history t1 --store demo.db
    """
    from api.history import told, when
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url or context.obj).store) as store:
        rows = told(store, id)
    if as_json:
        click.echo(json.dumps(rows, default=str, indent=2))
        return
    for row in rows:
        click.echo(f"{when(row['since'], row['until'])}  {row['text']}")


def _table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console

    from api.terminal import table

    if not rows:
        click.echo("no themes yet: ingest exports, then run `frictionary themes discover`")
        return
    figures = ("segments", "customers", "friction", "pain", "sentiment")
    columns = {"id": False, "theme": False, **dict.fromkeys(figures, True), "stage": False}
    cells = (
        (
            r["id"],
            r["name"],
            r["segments"],
            r["customers"],
            round(r["friction"]),
            f"{r['pain']:.1f}",
            f"{r['sentiment']:+.2f}",
            r["stage"],
        )
        for r in rows
    )
    Console().print(table(columns, cells))
