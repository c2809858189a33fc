"""frictionary anomalies: unusual days of stages, themes and channels."""

import json
from datetime import datetime

import click

from api.moment import Moment


@click.command()
@click.option("--days", type=int, default=28, show_default=True, help="Days that are looked at.")
@click.option("--until", type=Moment(), help="Days before this time, UTC.")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(days: int, until: datetime | None, url: str | None, as_json: bool) -> None:
    """Tell days on which a stage, a theme or a channel had more or fewer conversations than usual.

    \b
    Example: frictionary anomalies --days 14 --store demo.db
    """
    from rich.console import Console

    from api.terminal import table
    from nlp.taxonomy import Taxonomy
    from pipelines.anomalies import unusual
    from pipelines.settings import Settings
    from pipelines.stores import open_existing
    from pipelines.stores.protocols import Filter

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    with open_existing(settings.store) as store:
        found = unusual(store, taxonomy, Filter(until=until), days=days)
    if as_json:
        click.echo(json.dumps(found, default=str, indent=2))
        return
    columns = {"day": False, "of": False, "which": False, "count": True, "expected": True, "usual range": True}
    cells = (
        (
            f"{one['day']}",
            one["by"],
            one["name"],
            f"{one['count']}",
            f"{one['expected']:.1f}",
            f"{one['low']}–{one['high']}",
        )
        for one in found["anomalies"]
    )
    Console().print(table(columns, cells))
    why = (
        f"{found['tested']} days of series looked at." if found["until"] else "Fewer than eight weeks are known before."
    )
    click.echo(why)
