"""frictionary stream: conversations from a broker into the store, as they come."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import own_model, reading

if TYPE_CHECKING:
    from pipelines.brokers import Feed
    from pipelines.consume import Consumer
    from pipelines.sources import Options


@click.command()
@click.argument("broker")
@click.option("--subject", required=True, help="Subject, stream, queue or topic to read; its dead letters go to .dead.")
@click.option("--group", default="frictionary", show_default=True, help="Workers of one group share the messages.")
@click.option("--batch", type=click.IntRange(1, 1000), default=64, show_default=True, help="Messages taken at once.")
@click.option(
    "--in-flight", type=click.IntRange(0), default=0, help="NATS: unacknowledged messages of the whole group."
)
@click.option(
    "--redeliver",
    type=click.FloatRange(1),
    default=30.0,
    show_default=True,
    help="Seconds until what a dead worker held comes again.",
)
@click.option("--until-idle", type=click.FloatRange(0.1), help="End when nothing has come for so many seconds.")
@click.option("--metrics", type=click.IntRange(0, 65535), help="Port of Prometheus metrics on 127.0.0.1; 0 for any.")
@reading.options
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@own_model.option
def command(
    broker: str,
    subject: str,
    group: str,
    batch: int,
    in_flight: int,
    redeliver: float,
    until_idle: float | None,
    metrics: int | None,
    format_: str | None,
    options: "Options",
    names: bool | None,
    url: str | None,
    model: Path | None,
) -> None:
    """Take conversations in from NATS, Redis, RabbitMQ or Kafka until Ctrl-C or SIGTERM: mask, store, annotate, place.

    A message is acknowledged once what it holds is committed, so it may come again, which changes nothing. What cannot
    be read goes to SUBJECT.dead with its reason. Messages hold one conversation or a list, as POST /v1/conversations.

    \b
    Example: frictionary stream nats://localhost:4222 --subject conversations --store demo.db
    Example: frictionary stream redis://localhost:6379 --subject tickets --format zendesk --until-idle 10
    Example: frictionary stream amqp://guest:guest@localhost:5672/ --subject chats --metrics 9100
    """
    import asyncio
    import json
    from dataclasses import replace

    from pipelines.annotate import Annotator
    from pipelines.brokers import Feed, shown
    from pipelines.consume import Consumer, Reading
    from pipelines.intake import Intake
    from pipelines.protect import protector
    from pipelines.runlog import logged
    from pipelines.settings import Settings
    from pipelines.stores import open_store
    from pipelines.stores.protocols import RunInput

    settings = Settings.from_environment(store=url, names=names, model=model and str(model))
    feed = Feed(broker, subject, group, batch=batch, in_flight=in_flight, redeliver=redeliver)
    told = Reading(replace(options, max_record=settings.max_record), format_ or "threads")
    with open_store(settings.store) as store:
        intake = Intake(store, Annotator.of(settings), protector(settings), options.company)
        with logged(store, versions=intake.versions) as log:
            drawn = RunInput(log.run.id, 1, f"{shown(broker)} {subject}", told.format)
            store.runs.put_inputs([drawn])
            consumer = Consumer(
                intake, told, tell=lambda counts: store.runs.put_inputs([replace(drawn, counts=counts)])
            )
            if metrics is not None:
                click.echo(f"metrics at http://127.0.0.1:{consumer.meters.serve(metrics)}/metrics", err=True)
            with log.step("stream"):
                log.counts |= asyncio.run(_run(consumer, feed, until_idle))
            store.runs.put_inputs([replace(drawn, counts=log.counts, seconds=log.seconds["stream"])])
    click.echo(json.dumps(log.counts))


async def _run(consumer: "Consumer", feed: "Feed", until_idle: float | None) -> dict[str, int]:
    """Ctrl-C and SIGTERM end it with the batch in hand."""
    import asyncio
    import signal

    from pipelines.brokers import shown

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, consumer.stopping.set)
    told = f"reading {feed.subject} of {shown(feed.url)}; Ctrl-C ends it"
    return dict(await consumer.run(feed, until_idle=until_idle, ready=lambda: click.echo(told, err=True)))
