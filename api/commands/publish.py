"""frictionary publish: what was committed, to the sinks of the settings' file; how far they are; and again."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import timedelta

    from pipelines.outbox_meters import OutboxMeters
    from pipelines.settings import Settings
    from pipelines.sinkfile import Outlet
    from pipelines.stores.protocols import Store

FILE = click.option("--sinks", help="TOML file of sinks; FRICTIONARY_SINKS otherwise.")
STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"])


@click.group(invoke_without_command=True)
@click.option("--once/--follow", default=False, help="End when nothing waits that may be sent now, or go on (default).")
@click.option("--sink", "names", multiple=True, help="Only this sink; may be given several times.")
@click.option("--metrics", type=click.IntRange(0, 65535), help="Port of Prometheus metrics on 127.0.0.1; 0 for any.")
@click.option("--keep", type=click.FloatRange(0), default=7.0, show_default=True, help="Days that replay reaches back.")
@FILE
@STORE
@click.pass_context
def command(
    context: click.Context,
    once: bool,
    names: tuple[str, ...],
    metrics: int | None,
    keep: float,
    sinks: str | None,
    url: str | None,
) -> None:
    """Tell other systems what happens: webhooks, brokers, a customer data platform, Parquet files.

    Reads the sinks of FRICTIONARY_SINKS. From a sink's first start on, whatever anybody commits to the store is noted
    for it in the same transaction, and sent at least once, in order for each customer, until Ctrl-C or SIGTERM.

    \b
    Example: FRICTIONARY_SINKS=sinks.toml frictionary publish --follow --metrics 9101
    Example: frictionary publish --once --sink crm --sinks sinks.toml --store demo.db
    """
    if context.invoked_subcommand:
        return
    import asyncio
    from datetime import timedelta

    from nlp.errors import UnknownName
    from pipelines.outbox_meters import OutboxMeters
    from pipelines.stores import open_store

    known = _outlets(sinks)
    if strange := set(names) - {outlet.name for outlet in known}:
        raise UnknownName.of("sink", sorted(strange)[0], [outlet.name for outlet in known])
    meters = OutboxMeters()
    if metrics is not None:
        click.echo(f"metrics at http://127.0.0.1:{meters.serve(metrics)}/metrics", err=True)
    with open_store(_settings(url).store) as store:
        chosen = [outlet for outlet in known if not names or outlet.name in names]
        through = asyncio.run(_run(store, chosen, meters, timedelta(days=keep), follow=not once))
        for outlet in chosen:
            click.echo(f"{outlet.name}: {through[outlet.name]} sent; {_state(store, outlet.name)}")
        if once and any(store.outbox.sink(outlet.name).waiting for outlet in chosen):
            context.exit(1)


@command.command()
@STORE
def status(url: str | None) -> None:
    """How far each sink is.

    \b
    Example: frictionary publish status --store demo.db
    """
    from pipelines.stores import open_existing

    with open_existing(_settings(url).store) as store:
        for sink in store.outbox.sinks():
            click.echo(f"{sink.name}: {_state(store, sink.name)}")


@command.command()
@click.option("--sink", "name", required=True, help="The sink that is told again.")
@click.option("--since", type=MOMENT, help="All from this moment on, in UTC; else its dead letters alone.")
@STORE
def replay(name: str, since: datetime | None, url: str | None) -> None:
    """Have a sink's dead letters, or everything since a moment, sent again by whoever publishes.

    \b
    Example: frictionary publish replay --sink crm --store demo.db
    Example: frictionary publish replay --sink lake --since 2026-11-01 --store demo.db
    """
    from datetime import UTC

    from pipelines.stores import open_existing

    at = since and (since if since.tzinfo else since.replace(tzinfo=UTC))
    with open_existing(_settings(url).store) as store:
        again = store.outbox.replay(name, since=at, at=datetime.now(UTC))
    click.echo(f"{name}: {again} to be sent again")


@command.command()
@click.option("--sink", "name", required=True, help="The sink that is told nothing more.")
@STORE
def remove(name: str, url: str | None) -> None:
    """Note nothing more for a sink, and leave what waits for it unsent. Take it out of the file, too.

    \b
    Example: frictionary publish remove --sink crm --store demo.db
    """
    from pipelines.stores import open_existing

    with open_existing(_settings(url).store) as store:
        store.outbox.remove(name)
    click.echo(f"{name}: removed")


@command.command()
@click.option("--sink", "name", required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@STORE
def dead(name: str, limit: int, url: str | None) -> None:
    """A sink's dead letters, the latest first, each with the reason.

    \b
    Example: frictionary publish dead --sink crm --store demo.db
    """
    from pipelines.stores import open_existing

    with open_existing(_settings(url).store) as store:
        store.outbox.sink(name)
        for held in store.outbox.dead(name, limit=limit):
            m = held.message
            click.echo(f"{m.number} {m.at:%Y-%m-%dT%H:%M:%SZ} {m.kind} {m.subject}: {held.error} ({held.tries} tries)")


def _settings(url: str | None) -> "Settings":
    from pipelines.settings import Settings

    return Settings.from_environment(store=url)


def _outlets(path: str | None) -> "list[Outlet]":
    from nlp.errors import BadSetting
    from pipelines.settings import Settings
    from pipelines.sinkfile import outlets

    found = outlets(Settings.from_environment(sinks=path))
    if not found:
        raise BadSetting("no sinks: name a TOML file by --sinks or FRICTIONARY_SINKS; docs/events.md shows one")
    return found


async def _run(
    store: "Store", chosen: "list[Outlet]", meters: "OutboxMeters", keep: "timedelta", *, follow: bool
) -> dict[str, int]:
    """Ctrl-C and SIGTERM end it with the rounds in hand."""
    import asyncio
    import os
    import signal

    from pipelines.publish import Publisher

    publishers = [Publisher(store, o, o.open(os.environ), meters=meters, keep=keep) for o in chosen]

    def stop() -> None:
        for publisher in publishers:
            publisher.stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    if follow:
        click.echo(f"publishing to {', '.join(o.name for o in chosen)}; Ctrl-C ends it", err=True)
    done = await asyncio.gather(*(publisher.run(follow=follow) for publisher in publishers))
    return {outlet.name: count for outlet, count in zip(chosen, done, strict=True)}


def _state(store: "Store", name: str) -> str:
    sink = store.outbox.sink(name)
    away = f"; away {sink.failures} times running: {sink.error}" if sink.failures else ""
    return f"{sink.waiting} waiting, {sink.dead} dead, {sink.delivered} sent in all{away}"
