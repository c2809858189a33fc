"""frictionary themes: what hurts customers, ranked; found anew and judged; one theme with its costs, or its history."""

import json
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api.editing import edit, edits
from api.moment import Moment

STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
SAID = ("id", "name", "description", "terms", "owner", "notes", "fixes", "pinned", "hidden")
FIGURES = (
    "segments", "conversations", "customers", "share", "friction", "pain", "sentiment", "leaving", "stage", "channels",
    "first_seen", "last_seen", "stability",
)  # fmt: skip
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
PERIOD = click.option(
    "--period", type=click.Choice(("day", "week", "month")), default="week", show_default=True,
    help="By which themes emerge and fade.",
)  # fmt: skip


@click.group(invoke_without_command=True)
@STORE
@JSON
@click.option("--limit", type=click.IntRange(min=1), default=30, show_default=True, help="Most themes listed.")
@PERIOD
@click.pass_context
def command(context: click.Context, url: str | None, as_json: bool, limit: int, period: str) -> None:
    """List the friction themes of a store, most friction first, and which of them emerge or fade.

    \b
    Example: frictionary themes --store demo.db
    """
    if context.invoked_subcommand:
        context.obj = url
        return
    from pipelines.movements import course, ranked
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url).store) as store:
        rows = ranked(store, found=course(store, period=period))[:limit]
    click.echo(_json(rows)) if as_json else _table(rows)


@command.command()
@STORE
@JSON
@click.option("--seed", type=int, default=0, show_default=True, help="Of the map; themes do not depend on it.")
@click.option(
    "--anew", is_flag=True, help="As if no theme were known: those that are alike enough still keep their ids."
)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text", help="With FILE: the column of the texts.")
@click.option("--id", help='With FILE: the column that tells texts apart; "id", else the record\'s number.')
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="With FILE: where the JSON lines go.")
@click.pass_context
def discover(
    context: click.Context, /, url: str | None, as_json: bool, seed: int, anew: bool, file: Path | None, **columns: Any
) -> None:
    """Find the themes in everything that is stored, known ones going on where they fit; or those of the texts in FILE.

    FILE (CSV, TSV, JSON lines, Parquet) needs no store: --out gets one line a text with its id, theme (or null),
    confidence and the theme's name.

    \b
    Examples:
      frictionary themes discover --store demo.db
      frictionary themes discover survey.csv --text comment --out assignments.jsonl
    """
    if file or any(columns.values()):
        _of_file(file, url, as_json=as_json, seed=seed, **columns)
        return
    from datetime import UTC, datetime

    from api.progress import progress
    from pipelines.annotate import Annotator
    from pipelines.discover import discover as find
    from pipelines.movements import ranked
    from pipelines.namer import suggester
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url or context.obj)
    with open_existing(settings.store) as store:
        models = Annotator.of(settings)
        at = datetime.now(UTC)
        with progress(hidden=as_json) as report:
            run, words, suggest = f"themes-{at:%Y%m%dT%H%M%S%fZ}", models.headlines, suggester(settings)
            known: dict[str, Any] = {"headlines": words, "suggest": suggest, "anew": anew}
            find(store, models.encoder, run=run, seed=seed, progress=report, **known)
        rows, unassigned, told = ranked(store), store.themes.unassigned(), store.qualities.of(run)
    if as_json:
        click.echo(_json({"themes": rows, "unassigned": unassigned, "quality": told and asdict(told)}))
        return
    _table(rows)
    click.echo(f"{unassigned} friction-bearing segments in no theme")
    for reason in told.reasons if told else ():
        click.echo(f"not to be relied on: {reason}")


@command.command()
@STORE
@JSON
@click.argument("id")
@click.option("--limit", type=click.IntRange(min=1), default=5, show_default=True, help="Most quotes shown.")
@click.option("--score", multiple=True, help="A score that it may move; friction, sentiment, repeat and surveys else.")
@PERIOD
@click.pass_context
def show(
    context: click.Context, url: str | None, as_json: bool, id: str, limit: int, score: tuple[str, ...], period: str
) -> None:
    """Show the theme ID: its description, terms, what it costs, how it moves, what fixes did, and telling quotes.

    \b
    Example: frictionary themes show t1 --store demo.db
    """
    from api.effects import bearing, figures
    from pipelines.movements import ranked
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url or context.obj).store) as store:
        theme, quotes = store.themes.get(id), store.themes.quotes(id, limit=limit)
        told = bearing(store, id, score, period)
        row = next((row for row in ranked(store, hidden=True) if row["id"] == id), None)
    said = [{"segment": q.segment.id, "channel": q.channel, "at": q.at, "text": q.text} for q in quotes]
    if as_json:
        known = asdict(theme)
        of = {name: known[name] for name in SAID}
        click.echo(_json({**of, **{name: row[name] for name in FIGURES if row}, "quotes": said, "told": told}))
        return
    from api.terminal import plain

    click.echo(f"{theme.id}  {theme.name}\n{theme.description}\nTerms: {', '.join(theme.terms)}")
    marks = [name for name, is_so in (("pinned", theme.pinned), ("hidden", theme.hidden)) if is_so]
    marks += [f"owner {theme.owner}"] if theme.owner else []
    marks += [f"fix shipped {fix.day}" for fix in theme.fixes]
    for line in (", ".join(marks), *(f"{note.at:%Y-%m-%d} {note.who}: {note.text}" for note in theme.notes)):
        click.echo(plain(line)) if line else None
    for part in theme.parts:
        click.echo(plain(f"Part: {part.name} ({part.size})"))
    click.echo(figures(row) if row else "no conversation tells it")
    click.echo("\n".join(map(plain, told)))
    for quote in said:
        click.echo(f"\n{quote['at']:%Y-%m-%d} {quote['channel']} {quote['segment']}: {plain(quote['text'])}")


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


@command.command()
@STORE
@JSON
@click.pass_context
def proposals(context: click.Context, url: str | None, as_json: bool) -> None:
    """List what might be a theme: segments in none that speak alike, more and more since the last discovery.

    \b
    Example: frictionary themes proposals --store demo.db
    """
    from pipelines.proposals import current
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url or context.obj).store) as store:
        found = current(store)
    if as_json:
        rows = [asdict(each.proposal) | {"segments": [q.segment.id for q in each.quotes]} for each in found]
        click.echo(json.dumps(rows, default=str, indent=2))
        return
    from api.terminal import plain

    for each in found:
        click.echo(f"{len(each.quotes)} segments, {each.proposal.fresh} of them new: {', '.join(each.proposal.terms)}")
        for quote in each.quotes:
            click.echo(f"  {quote.segment.id}: {plain(quote.text)}")
    if not found:
        click.echo("nothing is proposed: no group of segments without a theme has grown since the last discovery")


@command.command()
@STORE
@JSON
@click.argument("at", type=Moment())
@click.pass_context
def known(context: click.Context, url: str | None, as_json: bool, at: datetime) -> None:
    """List the themes as they were known before the time AT: no later discovery, edit or conversation shows.

    \b
    Example: frictionary themes known 2026-09-01 --store demo.db
    """
    from api.terminal import plain
    from pipelines.past import known
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url or context.obj).store) as store:
        found = known(store, at)
    names = ("id", "name", "owner", "pinned", "hidden", "size")
    rows = [{name: getattr(theme, name) for name in names} for theme in found.themes]
    if as_json:
        click.echo(json.dumps({"run": found.run, "themes": rows}, indent=2))
        return
    for row in rows:
        click.echo(f"{row['id']}  {plain(row['name'])}  {row['size']}{'  (hidden)' if row['hidden'] else ''}")
    click.echo(f"as found by {found.run}" if found.run else "no themes were known then")


@command.command()
@STORE
@JSON
@click.pass_context
def quality(context: click.Context, url: str | None, as_json: bool) -> None:
    """List what each discovery says of itself: how far it may be relied on, and why not.

    \b
    Example: frictionary themes quality --store demo.db
    """
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url or context.obj).store) as store:
        found = store.qualities.page()
    if as_json:
        click.echo(_json([asdict(each) | {"reliable": each.reliable} for each in found]))
        return
    from rich.console import Console

    from api.terminal import table

    columns = dict.fromkeys(("segments", "themes", "in none", "stability", "distinct", "duplicates", "drift p"), True)
    cells = ((f"{q.at:%Y-%m-%d}", *map(_figure, _told(q)), "; ".join(q.reasons) or "-") for q in found)
    Console().print(table({"found": False, **columns, "not to be relied on": False}, cells))


def _told(q: Any) -> tuple[float | None, ...]:
    return q.segments, q.themes, q.unassigned, q.stability, q.distinctness, q.duplicates, q.drift_p


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.2f}"


command.add_command(edit)
command.add_command(edits)


def _of_file(file: Path | None, url: str | None, **wanted: Any) -> None:
    from api.clustering import discover_file

    if file is None:
        raise click.UsageError("--text, --id and --out speak of a FILE, which is not given")
    if url:
        raise click.UsageError("a FILE needs no --store")
    discover_file(file, **wanted)


def _json(value: Any) -> str:
    """Dataclasses within as objects, moments as text."""

    def plain(v: Any) -> Any:
        return asdict(v) if is_dataclass(v) and not isinstance(v, type) else str(v)

    return json.dumps(value, default=plain, indent=2)


def _table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console

    from api.effects import short
    from api.terminal import table

    if not rows:
        click.echo("no themes yet: ingest exports, then run `frictionary themes discover`")
        return
    figures = ("conversations", "customers", "friction", "pain", "sentiment")
    moves = {"moves": False} if any(short(row["movement"]) for row in rows) else {}
    columns = {"id": False, "theme": False, **dict.fromkeys(figures, True), "stage": False, **moves}
    cells = (
        (
            r["id"],
            r["name"],
            r["conversations"],
            r["customers"],
            round(r["friction"]),
            f"{r['pain']:.1f}",
            f"{r['sentiment']:+.2f}",
            r["stage"],
            *([short(r["movement"])] if moves else ()),
        )
        for r in rows
    )
    Console().print(table(columns, cells))
