"""frictionary cohorts: groups of customers side by side."""

import json
from collections.abc import Sequence
from typing import Any

import click


@click.command()
@click.option("--by", default="value", show_default=True, help="value, archetype, or the name of an attribute.")
@click.option(
    "--days", type=int, default=30, show_default=True, help="Groups as of so many days before the last moment."
)
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(by: str, days: int, url: str | None, as_json: bool) -> None:
    """Compare groups of customers: their friction until a moment, and who left, wrote and bought after it.

    \b
    Examples:
      frictionary cohorts --store demo.db
      frictionary cohorts --by plan --days 60 --store demo.db
    """
    from nlp.taxonomy import Taxonomy
    from pipelines.cohorts import compared
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    with open_existing(settings.store) as store:
        found = compared(store, taxonomy, by=by, days=days)
    click.echo(json.dumps(found, default=str, indent=2)) if as_json else _show(found)


def _show(found: dict[str, Any]) -> None:
    from rich.console import Console

    from api.terminal import table

    if not found["at"]:
        click.echo("Nobody is known so long before the last moment.")
        return
    columns, cells = side_by_side(found["cohorts"])
    Console().print(table(columns, cells))
    others = f" {found['others']} small groups are told together." if found["others"] else ""
    click.echo(f"As of {found['at']:%Y-%m-%d}. * differs from all others beyond chance.{others}\n{found['caveat']}")


def side_by_side(groups: Sequence[dict[str, Any]]) -> tuple[dict[str, bool], list[list[str]]]:
    """Columns and cells of groups; of outcomes their share, with a star where it differs."""
    outcomes = list(groups[0]["outcomes"]) if groups else []
    columns = {"group": False} | dict.fromkeys(("people", "talks", "friction", *outcomes), True)
    return columns, [[*_head(one), *(_share(one["outcomes"][name]) for name in outcomes)] for one in groups]


def _head(one: dict[str, Any]) -> tuple[str, ...]:
    friction = f"{one['friction']['value']:.0f}" if one["friction"] else "–"
    return one["name"], f"{one['customers']:,}", f"{one['conversations']:,}", friction


def _share(share: dict[str, Any] | None) -> str:
    if share is None:
        return "–"
    return f"{share['value']:.0%} ({share['low']:.0%}–{share['high']:.0%}){'*' if share['differs'] else ''}"
