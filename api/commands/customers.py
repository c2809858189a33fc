"""frictionary customers: who is one customer and why, what is in conflict, and what people say of it."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from getpass import getuser
from typing import TYPE_CHECKING, Literal

import click

from api.noted import noted

if TYPE_CHECKING:
    from nlp.identity.claim import Match
    from pipelines.identity import Explanation
    from pipelines.stores.protocols import Store

STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
WHO = click.option("--who", default=getuser, show_default="the name of your account", help="Who says it.")
NOTE = click.option("--note", default="", help="Why.")


@click.group()
def command() -> None:
    """Who is one customer over all sources: why, what is in conflict, and what you know better.

    A customer or identifier is given by its pseudonym, or as kind:value (email:ann@example.org), which is hashed here.

    \b
    Example: frictionary customers explain id:C033 --store demo.db
    """


@command.command()
@STORE
@WHO
@NOTE
@click.argument("one")
@click.argument("other")
def link(url: str | None, who: str, note: str, one: str, other: str) -> None:
    """Say that ONE and OTHER are one customer: it holds over all later runs, until it is said otherwise.

    \b
    Example: frictionary customers link id:C033 x:shivkeane_rn --store demo.db
    """
    _decide("link", url, who, note, one, other)


@command.command()
@STORE
@WHO
@NOTE
@click.argument("one")
@click.argument("other")
def unlink(url: str | None, who: str, note: str, one: str, other: str) -> None:
    """Say that ONE and OTHER are not one customer: it holds over all later runs, until it is said otherwise.

    \b
    Example: frictionary customers unlink id:C033 phone:+442079460131 --store demo.db
    """
    _decide("unlink", url, who, note, one, other)


@command.command()
@STORE
@JSON
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Most conflicts listed.")
def conflicts(url: str | None, as_json: bool, limit: int) -> None:
    """List what links nobody since several customers claim it: shared phones and addresses, agents' own, devices.

    \b
    Example: frictionary customers conflicts --store demo.db
    """
    with _opened(url) as store:
        found = store.identity.conflicts()
        came = store.identity.seen(one.node for one in found)
    rows = [asdict(one) | {"conversations": came.get(one.node, (0,))[0]} for one in found]
    rows.sort(key=lambda row: -row["conversations"])
    if as_json:
        click.echo(json.dumps(rows[:limit], indent=2))
        return
    for row in rows[:limit]:
        claimed = f"  {', '.join(row['customers'])}" if row["customers"] else ""
        click.echo(f"{row['kind']} {row['node']}  {row['conversations']} conversations  {row['reason']}{claimed}")
    click.echo(f"{len(rows)} conflicts")


@command.command()
@STORE
@JSON
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Most matches listed.")
def match(url: str | None, as_json: bool, limit: int) -> None:
    """Find customers that are alike though they share no identifier; those of probability 0.99 become one.

    Compares what was ingested with FRICTIONARY_LINKAGE=true. Needs: pip install 'frictionary[linkage]'.

    \b
    Example: frictionary customers match --store demo.db
    """
    from pipelines.likeness import match as find

    with _opened(url) as store:
        found, moved = find(store)
    if as_json:
        click.echo(json.dumps({"matches": list(map(asdict, found[:limit])), "moved": moved}, indent=2))
        return
    for one in found[:limit]:
        click.echo(_matched(one))
    click.echo(f"{len(found)} matches; {moved} conversations moved")


@command.command()
@STORE
@JSON
@click.argument("id")
def explain(url: str | None, as_json: bool, id: str) -> None:
    """Tell by what the customer ID is known, who says so, and what was set aside.

    \b
    Example: frictionary customers explain email:ann@example.org --store demo.db
    """
    from pipelines.identity import explain as why

    with _opened(url) as store:
        found = why(store, _named(id))
        matches = store.identity.matches()
    if as_json:
        click.echo(json.dumps(asdict(found), default=str, indent=2))
        return
    _tell(found)
    known = {member.identifier for member in found.members}
    for one in matches:
        if {one.one, one.other} & known:
            click.echo(_matched(one))


def _matched(one: "Match") -> str:
    weights = ", ".join(f"{field} {weight:+.1f}" for field, weight in one.weights.items())
    return f"match {one.one} {one.other}: probability {one.probability:.4f}; weights {weights}"


def _tell(found: "Explanation") -> None:
    click.echo(f"customer {found.customer}")
    for member in found.members:
        said = f" by {', '.join(member.sources)}" if member.sources else ""
        click.echo(f"  {member.kind or 'identifier'} {member.identifier}{said}; {member.conversations} conversations")
        for step in member.steps:
            click.echo(f"    {step.one} and {step.other}: {step.reason}")
    for conflict in found.conflicts:
        click.echo(f"set aside: {conflict.kind} {conflict.node}: {conflict.reason}")
    for one in found.decisions:
        click.echo(f"decision {one.number}: {one.who} {one.kind}ed {one.one} and {one.other} {one.note}".rstrip())


def _decide(kind: Literal["link", "unlink"], url: str | None, who: str, note: str, one: str, other: str) -> None:
    from nlp.identity.claim import Decision
    from pipelines.identity import decide

    said = Decision(kind, _named(one), _named(other), datetime.now(UTC), who, note)
    with _opened(url) as store:
        added, moved = decide(store, said)
        noted(store, f"customer.{kind}", f"{said.one} {said.other}", who=who)
    click.echo(f"decision {added.number}: {moved} conversations moved")


def _named(text: str) -> str:
    from pipelines.identity import named
    from pipelines.protect import protector
    from pipelines.settings import Settings

    return named(text, protector(Settings.from_environment()).customer) if ":" in text else text


def _opened(url: str | None) -> "Store":
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    return open_existing(Settings.from_environment(store=url).store)
