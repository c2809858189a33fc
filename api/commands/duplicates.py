"""frictionary duplicates: what was told more than once, why, and what people say of it."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from getpass import getuser
from typing import TYPE_CHECKING, Literal

import click

from api.noted import noted

if TYPE_CHECKING:
    from pipelines.stores.protocols import Store

STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
WHO = click.option("--who", default=getuser, show_default="the name of your account", help="Who says it.")
NOTE = click.option("--note", default="", help="Why.")


@click.group()
def command() -> None:
    """What was told more than once: the same complaint by mail, form and post counts once; templates are apart.

    \b
    Example: frictionary duplicates list --store demo.db
    """


@command.command("list")
@STORE
@JSON
@click.option("--templates", is_flag=True, help="Texts that different customers send alike: each of them counts.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Most groups listed.")
def list_(url: str | None, as_json: bool, templates: bool, limit: int) -> None:
    """List conversations that tell the same, the first telling before the others.

    \b
    Example: frictionary duplicates list --templates --store demo.db
    """
    with _opened(url) as store:
        rows = store.duplicates.page(kind="template" if templates else "", limit=limit)
    if as_json:
        click.echo(json.dumps(rows, default=str, indent=2))
        return
    for row in rows:
        first, *others = row["conversations"]
        click.echo(f"{row['at']:%Y-%m-%d} {row['channel']} {first}: {', '.join(others)}")
    click.echo(f"{len(rows)} groups")


@command.command()
@STORE
@JSON
@click.argument("conversation")
def explain(url: str | None, as_json: bool, conversation: str) -> None:
    """Tell with which others CONVERSATION counts as one, and why.

    \b
    Example: frictionary duplicates explain zendesk:20693 --store demo.db
    """
    from api.terminal import plain
    from pipelines.duplicates import group

    with _opened(url) as store:
        first, whole, links = group(store, conversation)
        said = [one for one in store.duplicates.decisions() if {one.one, one.other} & set(whole)]
    if as_json:
        found = {"original": first, "conversations": whole, "links": list(map(asdict, links))}
        click.echo(json.dumps(found | {"decisions": list(map(asdict, said))}, default=str, indent=2))
        return
    click.echo(f"first told in {first}; counted once: {', '.join(whole)}" if len(whole) > 1 else "told once")
    for link in links:
        click.echo(f"{link.kind}: {link.later} and {link.earlier}: {plain(link.reason)}")
    for one in said:
        verb = {"link": "joined", "unlink": "split"}[one.kind]
        click.echo(plain(f"decision {one.number}: {one.who} {verb} {one.one} and {one.other} {one.note}".rstrip()))


@command.command()
@STORE
@WHO
@NOTE
@click.argument("one")
@click.argument("other")
def split(url: str | None, who: str, note: str, one: str, other: str) -> None:
    """Say that the conversations ONE and OTHER are two tellings: it holds over all later runs.

    \b
    Example: frictionary duplicates split zendesk:20684 zendesk:20693 --store demo.db
    """
    _decide("unlink", url, who, note, one, other)


@command.command()
@STORE
@WHO
@NOTE
@click.argument("one")
@click.argument("other")
def join(url: str | None, who: str, note: str, one: str, other: str) -> None:
    """Say that the conversations ONE and OTHER tell the same: it holds over all later runs.

    \b
    Example: frictionary duplicates join zendesk:20684 zendesk:20693 --store demo.db
    """
    _decide("link", url, who, note, one, other)


def _decide(kind: Literal["link", "unlink"], url: str | None, who: str, note: str, one: str, other: str) -> None:
    from nlp.identity.claim import Decision
    from pipelines.duplicates import decide

    with _opened(url) as store:
        added, moved = decide(store, Decision(kind, one, other, datetime.now(UTC), who, note))
        noted(store, f"duplicate.{kind}", f"{one} {other}", who=who)
    click.echo(f"decision {added.number}: {moved} conversations count otherwise")


def _opened(url: str | None) -> "Store":
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    return open_existing(Settings.from_environment(store=url).store)
