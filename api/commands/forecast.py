"""frictionary forecast: what a customer will probably do next, and why."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from api.moment import Moment

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("customer")
@click.option("--at", type=Moment(), help="As known before this time, UTC; now otherwise.")
@click.option("--forecasts", type=FOLDER, help="Folder of `train forecasts`; FRICTIONARY_FORECASTS otherwise.")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(customer: str, at: datetime | None, forecasts: Path | None, url: str | None, as_json: bool) -> None:
    """Foretell CUSTOMER's next contact, leaving and stage. Without a trained model a rule speaks, and says so.

    \b
    Example: frictionary forecast c0123456789abcdef0123 --at 2026-09-01 --store demo.db
    """
    from nlp.taxonomy import Taxonomy
    from pipelines.forecasts import forecasts as foretell
    from pipelines.forecasts import open_forecaster
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url, forecasts=forecasts and str(forecasts))
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    model = open_forecaster(Path(settings.forecasts)) if settings.forecasts else None
    with open_existing(settings.store) as store:
        found = foretell(store, customer, at or datetime.now(UTC), taxonomy=taxonomy, forecaster=model)
    click.echo(json.dumps(found, default=str, indent=2)) if as_json else _show(found)


def _show(found: dict[str, Any]) -> None:
    if found["why_not"]:
        click.echo(f"nothing is foretold: {found['why_not']}")
    for one in found["forecasts"]:
        if one["by"] == "rule":
            click.echo(f"{one['target']}: {one['points']} points. {one['note']}")
        else:
            told = ", ".join(f"{name} {probability:.0%}" for name, probability in one["classes"][:3])
            click.echo(f"{one['target']}: {told}  (usual: {one['usual']:.0%})")
        for reason in one["reasons"]:
            click.echo(f"  {_reason(reason)}")


def _reason(reason: dict[str, Any]) -> str:
    if reason["says"]:
        return f"{reason['says']}: {reason['points']} points"
    value, typical = (f"{v:.3g}" if isinstance(v, float) else v for v in (reason["value"], reason["typical"]))
    return f"{reason['feature']} {value} (typical: {typical}): {reason['effect']:+.1%}"
