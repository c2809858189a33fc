"""frictionary features: customers' pasts in figures: what they mean, and those of one customer."""

import json
from datetime import UTC, datetime

import click

from api.moment import Moment


@click.group()
def command() -> None:
    """Tell what is known of customers in figures.

    \b
    Examples:
      frictionary features describe
      frictionary features show c0123456789abcdef0123 --at 2026-09-01
    """


@command.command()
@click.option("--format", "format_", type=click.Choice(("text", "json", "markdown")), default="text")
def describe(format_: str) -> None:
    """Print each feature with its unit and definition.

    \b
    Example: frictionary features describe --format json
    """
    from nlp.journeys.dictionary import FEATURES, KINDS, page

    if format_ == "markdown":
        click.echo(page(), nl=False)
    elif format_ == "json":
        rows = [{"name": f.name, "type": KINDS[f.kind], "unit": f.unit, "definition": f.definition} for f in FEATURES]
        click.echo(json.dumps(rows, indent=2))
    else:
        for feature in FEATURES:
            click.echo(f"{feature.name}  ({feature.unit}): {feature.definition}")


@command.command()
@click.argument("customer")
@click.option("--at", type=Moment(), help="As known before this time, UTC; now otherwise.")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
def show(customer: str, at: datetime | None, url: str | None) -> None:
    """Print CUSTOMER's features as JSON.

    \b
    Example: frictionary features show c0123456789abcdef0123 --at 2026-09-01
    """
    from nlp.taxonomy import Taxonomy
    from pipelines.features import features
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    with open_existing(settings.store) as store:
        found = features(store, customer, at or datetime.now(UTC), taxonomy=taxonomy)
    click.echo(json.dumps(found, indent=2))
