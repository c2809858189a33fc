"""frictionary experiments: hold-outs, what an intervention does, and what another policy would have earned."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from api.moment import Moment

STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Hold customers out of an intervention, and tell what it does.

    \b
    Example: frictionary experiments create call-back --holdout 0.1 --days 30 --store demo.db
    """


@command.command()
@click.argument("name")
@click.option("--holdout", type=float, default=0.1, show_default=True, help="Share of customers that is held out.")
@click.option("--days", type=int, default=30, show_default=True, help="How long customers are looked at.")
@click.option("--from", "start", type=Moment(), help="When it starts, UTC; now otherwise.")
@click.option("--says", default="", help="What is done to those who are treated.")
@STORE
def create(name: str, holdout: float, days: int, start: datetime | None, says: str, url: str | None) -> None:
    """Make an experiment."""
    from pipelines.experiments import create as made

    with _store(url)[0] as store:
        one = made(store, name, at=start or datetime.now(UTC), holdout=holdout, days=days, says=says)
    click.echo(
        f"{one.name}: {one.holdout:.0%} are held out from {one.started_at:%Y-%m-%d %H:%M} UTC on; salt {one.salt}"
    )


@command.command("list")
@STORE
@JSON
def listed(url: str | None, as_json: bool) -> None:
    """All experiments, newest first."""
    from rich.console import Console

    from api.terminal import table

    with _store(url)[0] as store:
        found = store.experiments.all()
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], default=str, indent=2))
        return
    columns = {"name": False, "held out": True, "days": True, "from": False, "ended": False, "says": False}
    rows = (
        (one.name, f"{one.holdout:.0%}", one.days, f"{one.started_at:%Y-%m-%d}", one.ended_at or "", one.says)
        for one in found
    )
    Console().print(table(columns, rows))


@command.command()
@click.argument("name")
@STORE
def end(name: str, url: str | None) -> None:
    """From now on nobody comes in."""
    with _store(url)[0] as store:
        one = store.experiments.end(name, datetime.now(UTC))
    click.echo(f"{one.name} ended at {one.ended_at:%Y-%m-%d %H:%M} UTC")


@command.command()
@click.argument("name")
@click.argument("customer")
@STORE
def assign(name: str, customer: str, url: str | None) -> None:
    """Whether a customer (a pseudonym) is treated or held out; nothing is noted."""
    from pipelines.experiments import assignment

    with _store(url)[0] as store:
        click.echo(assignment(store, store.experiments.get(name), customer, at=datetime.now(UTC))["arm"])


@command.command()
@click.argument("name")
@STORE
@JSON
def result(name: str, url: str | None, as_json: bool) -> None:
    """What being treated adds, with intervals."""
    from pipelines.experiments import result as told

    opened, taxonomy = _store(url)
    with opened as store:
        found = told(store, taxonomy, store.experiments.get(name))
    click.echo(json.dumps(found, default=str, indent=2)) if as_json else _show(found)


@command.command()
@click.option("--share", type=float, required=True, help="What share does it now, 0..1.")
@click.option("--difference", type=float, required=True, help="By how much that is to change, such as -0.02.")
@click.option("--holdout", type=float, default=0.1, show_default=True, help="Share of customers that is held out.")
def power(share: float, difference: float, holdout: float) -> None:
    """How many customers an experiment needs."""
    from nlp.errors import BadInput
    from nlp.experiments.uplift import needed

    if not difference or not 0 < share < 1 or not 0 < holdout < 1 or not 0 <= share + difference <= 1:
        raise BadInput("share and holdout lie between 0 and 1, the difference is not 0, and share + difference is 0..1")
    click.echo(f"{needed(share, difference, holdout):,} customers show it in 80 % of experiments")


@command.command()
@click.argument("otherwise")
@click.option("--by", default="", help="The fact of the context that decides.")
@click.option("--when", multiple=True, metavar="VALUE=ACTION", help="The action where the fact has that value.")
@click.option("--policy", default="", help="Decisions of this logged policy alone.")
@click.option("--reward", default="given", show_default=True, help="given, stays, buys or does_not_write.")
@STORE
@JSON
def evaluate(
    otherwise: str, by: str, when: tuple[str, ...], policy: str, reward: str, url: str | None, as_json: bool
) -> None:
    """What a policy would have earned on the logged decisions; OTHERWISE is the action of whoever --when does not name.

    \b
    Example: frictionary experiments evaluate write --by stage --when use=call --store demo.db
    """
    from rich.console import Console

    from api.terminal import table
    from nlp.errors import BadInput
    from nlp.experiments.policies import Policy
    from pipelines.choices import evaluated

    if strange := [rule for rule in when if "=" not in rule]:
        raise BadInput(f"--when {strange[0]}: VALUE=ACTION is needed, such as use=call")
    actions = dict(rule.split("=", 1) for rule in when)
    opened, taxonomy = _store(url)
    with opened as store:
        found = evaluated(store, taxonomy, Policy(otherwise, by, actions), logged=policy, reward=reward)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    rows = ((one["way"], f"{one['value']:.3f}", f"{one['low']:.3f}–{one['high']:.3f}") for one in _worths(found))
    Console().print(table({"by": False, "mean reward": True, "95 %": True}, rows))
    click.echo(
        f"{found['matching']} of {found['choices']} decisions are alike; they weigh as {found['effective']:.0f}."
    )


def _worths(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [found["logged"], *found["worths"]]


def _store(url: str | None) -> Any:
    from nlp.taxonomy import Taxonomy
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    return open_existing(settings.store), taxonomy


def _show(found: dict[str, Any]) -> None:
    from rich.console import Console

    from api.terminal import table

    columns = {"": False, "figure": False} | dict.fromkeys(("treated", "held out", "difference", "95 %", "shown"), True)
    Console().print(table(columns, map(_cells, found["uplifts"])))
    arms = found["arms"]
    click.echo(
        f"{arms['treated']:,} treated, {arms['holdout']:,} held out, {found['waiting']:,} too young; by {found['by']}."
    )
    if found["unfair"]:
        click.echo(f"The arms are not as large as planned (p = {found['unfair_p']:.1g}): trust nothing here.")
    click.echo(f"* an effect, beyond chance. shown: the difference that so many show. {found['caveat']}")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    figures = (f"{row[name]:.3f}" for name in ("treated", "held", "difference"))
    return (
        "*" if row["told"] else "",
        row["figure"],
        *figures,
        f"{row['low']:.3f}–{row['high']:.3f}",
        f"{row['detectable']:.3f}",
    )
