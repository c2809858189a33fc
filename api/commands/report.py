"""frictionary report: the week on a page, as a PDF, by mail or to a webhook."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipelines.report import Report
    from pipelines.settings import Settings


@click.command()
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--week", help="A week such as 2026-W40, or a day of it; the last one whose Friday is known otherwise.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="PDF file to write.")
@click.option("--mail", multiple=True, metavar="ADDRESS", help="Send the PDF there; more than once for several.")
@click.option("--webhook", metavar="URL", help="Post it there as JSON, signed by FRICTIONARY_REPORT_SECRET.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    url: str | None, week: str | None, out: Path | None, mail: tuple[str, ...], webhook: str | None, as_json: bool
) -> None:
    """Tell what hurt in a week: figures beside the week before, themes by pain, quotes, what moves, what fixes did.

    Mail goes by FRICTIONARY_MAIL_SERVER. Call it from cron each Monday.

    \b
    Examples:
      frictionary report --week 2026-W40 --out report.pdf --store demo.db
      frictionary report --mail ada@example.com --mail ben@example.com
    """
    from api import printed
    from pipelines.report import report, week_of
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url)
    with open_existing(settings.store) as store:
        found = report(store, week_of(week) if week else None)
    if as_json:
        click.echo(json.dumps(plain(found), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join([printed.title(found), *printed.sentences(found)]))
    made = printed.pdf(found) if out or mail else b""
    if out:
        out.write_bytes(made)
    if mail:
        _mail(settings, found, mail, made)
    if webhook:
        asyncio.run(_post(settings, found, webhook))


def plain(found: "Report") -> dict[str, Any]:
    """For machines: figures, themes, and the sentences."""
    from api import printed
    from api.effects import moved

    themes = [
        {name: value for name, value in asdict(theme).items() if name != "movement"}
        | {"moves": theme.movement.kind, "moves_text": moved(theme.movement)}
        for theme in found.themes
    ]
    days = {"week": found.week, "first": found.first, "last": found.last}
    rest = {"totals": found.totals, "before": found.before, "themes": themes, "fixes": printed.fixes(found)}
    weeks = [{"first": first, "conversations": n, "friction": friction} for first, n, friction in found.weeks]
    whole = days | rest | {"weeks": weeks, "sentences": printed.sentences(found), "doubts": list(found.doubts)}
    told: dict[str, Any] = json.loads(json.dumps(whole, default=str))
    return told


def _mail(settings: "Settings", found: "Report", to: tuple[str, ...], made: bytes) -> None:
    from api import printed
    from pipelines.mail import message, send

    text = "\n".join(printed.sentences(found)) + "\n"
    send(settings, message(settings, to, printed.title(found), text, {f"frictionary-{found.week}.pdf": made}))
    click.echo(f"sent to {', '.join(to)}")


async def _post(settings: "Settings", found: "Report", webhook: str) -> None:
    """Raises BadSetting where the URL may not be reached."""
    from nlp.errors import BadSetting, MissingDependency
    from pipelines import signatures

    try:
        from pipelines.sinks._outward import Outward
        from pipelines.sinks._protocol import Refused, Unavailable
    except ImportError as error:
        raise MissingDependency.of("a webhook", "httpx2", "sinks") from error
    body = json.dumps(plain(found), ensure_ascii=False).encode()
    keys = [signatures.secret(settings.report_secret)] if settings.report_secret else []
    headers = {"content-type": "application/json", "user-agent": "frictionary"}
    headers |= signatures.sign(keys, f"report-{found.week}", datetime.now(UTC), body) if keys else {}
    outward = Outward(webhook, allow=settings.report_hosts.split(), timeout=30.0)
    try:
        await outward.post(body, headers)
    except (Refused, Unavailable) as error:
        raise BadSetting(f"the report was not taken: {error}") from error
    finally:
        await outward.close()
    click.echo("posted")
