"""frictionary attribution: which touchpoints or themes carry buying and leaving."""

import json
from typing import Any

import click


@click.command()
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--of", type=click.Choice(("leaving", "buying")), default="leaving", show_default=True)
@click.option("--by", type=click.Choice(("touchpoints", "themes")), default="touchpoints", show_default=True)
@click.option("--order", type=click.IntRange(1, 3), default=1, show_default=True, help="Touchpoints remembered.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(url: str | None, of: str, by: str, order: int, as_json: bool) -> None:
    """Share out what customers end with among what came before: Markov removal effect, Shapley, first and last touch.

    \b
    Example: frictionary attribution --of leaving --by themes --store demo.db
    """
    from nlp.taxonomy import Taxonomy
    from pipelines.attribution import attributed
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    with open_existing(settings.store) as store:
        found = attributed(store, taxonomy, of=of, by=by, order=order)
    click.echo(json.dumps(found, indent=2)) if as_json else _show(found)


def _show(found: dict[str, Any]) -> None:
    from rich.console import Console

    from api.terminal import table

    figures = ("paths", "ends", "removal", "Shapley", "lift", "first", "last")
    Console().print(table({"": False, **dict.fromkeys(figures, True)}, map(_cells, found["credits"])))
    few = f"{found['suppressed']} more have too few customers or ends to show."
    click.echo(f"{found['ends']} of {found['paths']} paths end so. {few}\n{found['caveat']}")


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    figures = (row[name] for name in ("removal", "shapley", "lift"))
    spreads = (f"{f['value']:.2f} ({f['low']:.2f}–{f['high']:.2f})" for f in figures)
    return (row["name"], row["paths"], row["ends"], *spreads, f"{row['first']:.0%}", f"{row['last']:.0%}")
