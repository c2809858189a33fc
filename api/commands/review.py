"""frictionary review: what is in doubt, what people say of it, how far they agree, and a model that learns from it."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click

KINDS = ("intent", "sentiment", "theme")
PARTS = ("learn", "held-out")
STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
WHO = click.option("--who", default=getuser, show_default="the name of your account", help="Who says it.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
KIND = click.option("--kind", type=click.Choice(KINDS), default="intent", show_default=True, help="Which finding.")


@click.group()
def command() -> None:
    """Judge findings that are in doubt, and let the intents learn from it.

    \b
    Example: frictionary review list --store demo.db
    """


@command.command("list")
@STORE
@WHO
@KIND
@JSON
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="Most items listed.")
def list_(url: str | None, who: str, kind: str, as_json: bool, limit: int) -> None:
    """List what waits for your judgement: segment, what the model says, why it is in doubt, the masked text.

    \b
    Example: frictionary review list --kind sentiment --limit 5 --store demo.db
    """
    from api.terminal import plain
    from pipelines.annotate import Annotator
    from pipelines.discover import assigner
    from pipelines.review import queue
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url)
    with open_existing(settings.store) as store:
        serving = assigner(store, encoder=Annotator.of(settings).encoder.version) if kind == "theme" else None
        items = queue(store, kind, who, assigner=serving, limit=limit)
    if as_json:
        rows = [_item(item) for item in items]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for item in items:
        click.echo(f"{item.quote.segment.id}  {item.guess or '-'} ({item.why}): {plain(item.quote.text)}")


@command.command()
@STORE
@WHO
@KIND
@click.argument("segment")
@click.argument("value")
def correct(url: str | None, who: str, kind: str, segment: str, value: str) -> None:
    """Say that the finding of SEGMENT is VALUE: an intent, a class of sentiment, a theme's id; ? where you cannot tell.

    Saying what the model says confirms it. What you said last holds.

    \b
    Example: frictionary review correct shop:4711#0:0 refund_request --store demo.db
    """
    from nlp.corrections import Correction
    from pipelines.review import correct as keep
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    settings = Settings.from_environment(store=url)
    said = Correction(0, datetime.now(UTC), who, segment, kind, value)
    with open_existing(settings.store) as store:
        kept = keep(store, said, _taxonomy(settings))
    click.echo(f"correction {kept.number}: the model said {kept.guess or 'no theme'}")


@command.command()
@STORE
@JSON
def standing(url: str | None, as_json: bool) -> None:
    """Show how much is judged, and how far people agree with one another and with the model (Cohen's kappa).

    \b
    Example: frictionary review standing --store demo.db
    """
    from pipelines.review import standing as stand
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url).store) as store:
        found = [stand(store, kind) for kind in KINDS]
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2))
        return
    for one in found:
        click.echo(f"{one.kind}: {one.judged:,} judged, {one.waiting:,} wait, {one.disputed:,} disputed")
        for who, agreed in (("people with one another", one.between_people), ("people with the model", one.with_model)):
            if agreed.alike:
                kappa = "" if agreed.kappa is None else f", kappa {agreed.kappa:.2f}"
                told = f"{agreed.alike.value:.0%} ({agreed.alike.low:.0%} to {agreed.alike.high:.0%}){kappa}"
                click.echo(f"  {who}: {told}, {agreed.items:,} segments")


@command.command()
@STORE
@click.option("--part", "of", type=click.Choice(PARTS), help="Those learnt from, or those held out; all otherwise.")
@click.option("--out", default="-", show_default=True, help="CSV file to write; - is standard output.")
def export(url: str | None, of: str | None, out: str) -> None:
    """Write the intents that people settled on as CSV (text, intent, segment, part), as `train intent` reads it.

    \b
    Example: frictionary review export --part learn --out learn.csv --store demo.db
             frictionary train intent --examples learn.csv --out models/my
    """
    from api.commands.export import opened
    from pipelines import sinks
    from pipelines.review import examples
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    columns = {"text": str, "intent": str, "segment": str, "part": str}
    with open_existing(Settings.from_environment(store=url).store) as store, opened(out, seekable=False) as file:
        sinks.write((asdict(one) for one in examples(store, of or "")), columns, file, format="csv")


@command.command()
@STORE
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the new model.")
@click.option(
    "--base",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with text and intent that it learns beside the corrections; the shipped texts otherwise.",
)
@click.option("--seed", type=int, default=7, show_default=True, help="Of folds and intervals.")
@JSON
def retrain(url: str | None, out: Path, base: Path | None, seed: int, as_json: bool) -> None:
    """Train intents on the corrections, and compare the new model with the one that serves on those held out.

    Nothing is switched: the folder then serves with --model or FRICTIONARY_MODEL.

    \b
    Example: frictionary review retrain --out models/reviewed --store demo.db
    """
    from api.progress import progress
    from pipelines.annotate import Annotator
    from pipelines.settings import Settings
    from pipelines.stores import open_existing
    from pipelines.training.own.retrain import retrain as learn
    from pipelines.training.own.retrain import taxonomy_of

    settings = Settings.from_environment(store=url)
    with open_existing(settings.store) as store, progress(hidden=as_json) as report:
        annotator = Annotator.of(settings)
        where = taxonomy_of(settings)
        found = learn(store, annotator, out=out, base=base, taxonomy=where, seed=seed, progress=report)
    if as_json:
        click.echo(json.dumps(asdict(found) | {"better": found.better}, default=str, indent=2))
        return
    click.echo(f"{found.learnt:,} corrections and {found.base:,} other texts: {found.folder}")
    for one in found.beside:
        click.echo(f"On {one.texts:,} texts of {one.where}:")
        for name, figure in (("old", one.old), ("new", one.new), ("gain", one.gain)):
            if figure:
                click.echo(f"  {name}  {figure.value:+.1%}  ({figure.low:+.1%} to {figure.high:+.1%})")
    say = "It is better, beyond chance" if found.better else "It is not better beyond chance"
    click.echo(f"{say}. Serve it: frictionary serve --model {found.folder}")


def _taxonomy(settings: Any) -> Any:
    """The intents that serve: a model of your own may have its own."""
    from pipelines.annotate import Annotator

    return Annotator.of(settings).taxonomy


def _item(item: Any) -> dict[str, Any]:
    return {
        "segment": item.quote.segment.id,
        "kind": item.kind,
        "guess": item.guess,
        "options": [{"value": value, "score": round(score, 4)} for value, score in item.options],
        "why": item.why,
        "text": item.quote.text,
    }
