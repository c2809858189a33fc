"""frictionary audit: who read personal data or changed something, and when."""

import json
from dataclasses import asdict
from datetime import datetime

import click

from api.moment import Moment


@click.command()
@click.option("--since", type=Moment(), help="At or after, UTC.")
@click.option("--until", type=Moment(), help="Before, UTC.")
@click.option("--who", default="", help='An actor: "key:<id>", "person:<subject>", "loopback", or a name.')
@click.option("--what", default="", help="An action such as conversation.read, or its noun alone: privacy, key, theme.")
@click.option("--subject", default="", help="The id of what it was done to.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="Lines.")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    since: datetime | None,
    until: datetime | None,
    who: str,
    what: str,
    subject: str,
    limit: int,
    url: str | None,
    as_json: bool,
) -> None:
    """List the audit log, newest first: each read of personal data through the API and the dashboard, and each change.

    \b
    Examples:
      frictionary audit --what privacy --store demo.db
      frictionary audit --subject zendesk:20410 --since 2026-11-01 --json
    """
    from api.terminal import plain
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url).store) as store:
        found = store.audits.page(since=since, until=until, who=who, what=what, subject=subject, limit=limit)
    if as_json:
        click.echo(json.dumps([asdict(line) for line in found], default=str, indent=2))
        return
    for line in found:
        counts = ", ".join(f"{name} {count}" for name, count in line.counts.items())
        told = (f"{line.at:%Y-%m-%d %H:%M:%S}", line.what, line.subject, line.who, counts, line.request)
        click.echo("  ".join(plain(str(part)) for part in (line.number, *told) if part))
