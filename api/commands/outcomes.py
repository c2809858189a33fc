"""frictionary outcomes: how much likelier leaving, writing again or not buying is after a theme at a stage."""

import json
from typing import Any

import click


@click.command()
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--theme", default="", help="Of this theme (its id) alone.")
@click.option("--stage", default="", help="At this stage alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(url: str | None, theme: str, stage: str, as_json: bool) -> None:
    """Tell what comes after themes: risk ratios beside other contacts at the same stage. Association, not cause.

    \b
    Example: frictionary outcomes --stage onboarding --store demo.db
    """
    from nlp.taxonomy import Taxonomy
    from pipelines.outcomes import asked, outcomes
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    with open_existing(settings.store) as store:
        found = asked(store, outcomes(store, taxonomy), theme=theme, stage=stage)
    click.echo(json.dumps(found, default=str, indent=2)) if as_json else _show(found)


def _show(found: dict[str, Any]) -> None:
    from rich.console import Console

    from api.terminal import table

    columns = {"": False, "after": False, "at": False, "the customer": False}
    columns |= dict.fromkeys(("contacts", "risk", "others", "ratio", "95 %"), True)
    cells = (_cells(row) for row in found["associations"])
    Console().print(table(columns, cells))
    unknown = "".join(f" Nothing tells who {name.replace('_', ' ')}." for name in found["unknown"])
    click.echo(f"* stands out. {found['suppressed']} cells are too small to tell.{unknown}\n{found['caveat']}")


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    names = ("*" if row["stands_out"] else "", row["name"], row["stage"], row["outcome"].replace("_", " "))
    shares = (f"{row['risk']:.0%}", f"{row['others']:.0%}")
    return (*names, row["contacts"], *shares, f"{row['ratio']:.2f}", f"{row['low']:.2f}–{row['high']:.2f}")
