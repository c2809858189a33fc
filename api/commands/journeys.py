"""frictionary journeys: the journey map, for people, machines and drawings."""

import json
from datetime import datetime
from typing import Any

import click

from api.moment import Moment

FORMATS = ("text", "json", "mermaid", "dot")


@click.group()
def command() -> None:
    """Tell where customers come from, stand and go.

    \b
    Example: frictionary journeys map --store demo.db
    """


@command.command("map")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--since", type=Moment(), help="Visits from this time on, UTC; compared with as long a time before.")
@click.option("--until", type=Moment(), help="Visits before this time, UTC.")
@click.option("--channel", default="", help="Conversations of this channel alone, without events.")
@click.option("--gap", type=int, default=30, show_default=True, help="Days of silence that end a journey.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
def map_(url: str | None, since: datetime | None, until: datetime | None, channel: str, gap: int, format_: str) -> None:
    """Print the journey map: each stage's figures as a table or as JSON, or its moves as Mermaid or DOT.

    \b
    Examples:
      frictionary journeys map --since 2026-09-01
      frictionary journeys map --format dot | dot -Tsvg > journey.svg
    """
    from nlp.taxonomy import Taxonomy
    from pipelines import journey_map
    from pipelines.settings import Settings
    from pipelines.stores import open_existing
    from pipelines.stores.protocols import Filter

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    with open_existing(settings.store) as store:
        found = journey_map.journey_map(store, taxonomy, Filter(since, until, channel), gap=gap)
    if format_ == "json":
        click.echo(json.dumps(found, indent=2))
    elif format_ == "text":
        _show(found)
    else:
        click.echo({"mermaid": journey_map.mermaid, "dot": journey_map.dot}[format_](found), nl=False)


def _show(found: dict[str, Any]) -> None:
    from rich.console import Console

    from api.terminal import table

    names = ("talks", "people", "friction", "feeling", "days", "drop-off", "switches")
    columns = {"stage": False} | dict.fromkeys(names, True)
    Console().print(table(columns, (_cells(row) for row in found["stages"])))
    changed = [f"{row['stage']}: {', '.join(row['changed'])}" for row in found["stages"] if row["changed"]]
    if changed:
        click.echo(f"Other than in the period before, beyond chance: {'; '.join(changed)}.")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    def told(name: str, pattern: str) -> str:
        figure = row[name]
        return f"{figure['value']:{pattern}} ({figure['low']:{pattern}}–{figure['high']:{pattern}})" if figure else "–"

    sentiment = f"{row['sentiment']['value']:.2f}" if row["sentiment"] else "–"
    days = "–" if row["days"] is None else f"{row['days']:.1f}"
    figures = (
        told("friction", ".0f"),
        sentiment,
        days,
        told("drop_off", ".0%"),
        told("switches", ".0%"),
    )
    return (row["stage"], f"{row['conversations']:,}", f"{row['customers']:,}", *figures)


@command.command("patterns")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--outcome", default="leaves", show_default=True, help="leaves, writes_again or does_not_buy.")
@click.option("--since", type=Moment(), help="Conversations and events from this time on, UTC.")
@click.option("--until", type=Moment(), help="Those before this time, UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def patterns(url: str | None, outcome: str, since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """Tell which sequences of contacts are frequent, and after which of them an outcome is likelier.

    \b
    Example: frictionary journeys patterns --outcome writes_again --store demo.db
    """
    from rich.console import Console

    from api.terminal import table
    from nlp.taxonomy import Taxonomy
    from pipelines.patterns import patterns as found_patterns
    from pipelines.settings import Settings
    from pipelines.stores import open_existing
    from pipelines.stores.protocols import Filter

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    with open_existing(settings.store) as store:
        found = found_patterns(store, taxonomy, Filter(since, until), outcome=outcome)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    columns = {"": False, "sequence": False} | dict.fromkeys(("people", "risk", "others", "ratio", "95 %"), True)
    Console().print(table(columns, map(_pattern, found["patterns"])))
    click.echo(f"* stands out. Of {found['untold']} sequences too few have the outcome.\n{found['caveat']}")


def _pattern(row: dict[str, Any]) -> tuple[str, ...]:
    risk = f"{row['risk']['value']:.0%}" if row["risk"] else "–"
    others = "–" if row["others"] is None else f"{row['others']:.0%}"
    told = ("–", "–") if row["ratio"] is None else (f"{row['ratio']:.2f}", f"{row['low']:.2f}–{row['high']:.2f}")
    return ("*" if row["stands_out"] else "", row["text"], f"{row['customers']:,}", risk, others, *told)


@command.command("archetypes")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--days", type=int, default=30, show_default=True, help="As of so many days before the last moment.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def archetypes(url: str | None, days: int, as_json: bool) -> None:
    """Tell groups of customers who write alike, and what became of them after.

    \b
    Example: frictionary journeys archetypes --store demo.db
    """
    from rich.console import Console

    from api.commands.cohorts import side_by_side
    from api.terminal import table
    from nlp.taxonomy import Taxonomy
    from pipelines.archetypes import found_archetypes
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    with open_existing(settings.store) as store:
        found = found_archetypes(store, taxonomy, days=days)
    if as_json:
        click.echo(json.dumps(found, default=str, indent=2))
        return
    columns, cells = side_by_side(found["archetypes"])
    own = ([*row, f"{one['stability']:.2f}"] for row, one in zip(cells, found["archetypes"], strict=True))
    Console().print(table(columns | {"stability": True}, own))
    click.echo(f"* differs from all others beyond chance.\n{found['caveat']}")


@command.command("funnel")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--since", type=Moment(), help="Came to the event from this time on, UTC; compared with the time before.")
@click.option("--until", type=Moment(), help="Before this time, UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def funnel(url: str | None, since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """Tell who goes on from one event to the next, and where fewer do than before.

    \b
    Example: frictionary journeys funnel --since 2026-09-01 --store demo.db
    """
    from rich.console import Console

    from api.terminal import table
    from nlp.taxonomy import Taxonomy
    from pipelines.funnel import onward
    from pipelines.settings import Settings
    from pipelines.stores import open_existing
    from pipelines.stores.protocols import Filter

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    with open_existing(settings.store) as store:
        found = onward(store, taxonomy, Filter(since, until))
    if as_json:
        click.echo(json.dumps(found, default=str, indent=2))
        return
    columns = {"from": False, "to": False} | dict.fromkeys(("people", "go on", "before"), True) | {"": False}
    Console().print(table(columns, map(_onward, found["steps"])))
    click.echo(f"Within {found['within']} days.")


def _onward(row: dict[str, Any]) -> tuple[str, ...]:
    share, before = row["share"], "–" if row["before"] is None else f"{row['before']:.0%}"
    told = f"{share['value']:.0%} ({share['low']:.0%}–{share['high']:.0%})"
    return row["event"], row["then"], f"{row['customers']:,}", told, before, row["changed"]
