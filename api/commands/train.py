"""frictionary train: models of your own, of intents from labelled texts and of forecasts from what a store holds."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipelines.training.own.train import Trained

SEED = 7
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Train a model of your own.

    \b
    Example: frictionary train intent --examples labelled.csv --text body --label topic --out models/my
    """


@command.command()
@click.option("--examples", type=FILE, required=True, help="CSV, TSV, JSON lines or Parquet with a label a text.")
@click.option("--text", default="text", show_default=True, help="Column of the text.")
@click.option("--label", default="intent", show_default=True, help="Column of the intent.")
@click.option("--taxonomy", type=FILE, help="Your intents as TOML; definitions and headlines teach, too.")
@click.option("--unlabelled", type=FILE, help="More texts, in the same column, without a label: they teach, too.")
@click.option("--fine-tune", is_flag=True, help="Tune the encoder as well: minutes, and a second pass when serving.")
@click.option(
    "--base",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --fine-tune: folder of the checkpoint or encoder to start from instead of the shipped encoder.",
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Of folds, intervals and tuning.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the model; replaced as a whole.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def intent(
    examples: Path,
    text: str,
    label: str,
    taxonomy: Path | None,
    unlabelled: Path | None,
    fine_tune: bool,
    base: Path | None,
    seed: int,
    out: Path,
    as_json: bool,
) -> None:
    """Train intents of your own on labelled texts: seconds, or minutes with --fine-tune.

    The folder then serves with --model or FRICTIONARY_MODEL. Intents of --taxonomy without an example are known by
    their definitions and headlines alone, less well. With few examples, --unlabelled helps most: an export of your
    messages as they are. A killed --fine-tune goes on when called again.

    \b
    Examples:
      frictionary train intent --examples labelled.csv --text body --label topic --out models/my
      frictionary train intent --examples few.csv --unlabelled messages.csv --text body --label topic --out models/my
      frictionary train intent --examples labelled.jsonl --taxonomy my.toml --fine-tune --out models/my
    """
    if base and not fine_tune:
        raise click.UsageError("--base is what --fine-tune starts from: give --fine-tune, too")
    from api.progress import progress
    from pipelines.encoders import open_encoder
    from pipelines.settings import Settings
    from pipelines.training.own.folder import read_taxonomy
    from pipelines.training.own.train import Data, train

    settings = Settings.from_environment()
    if fine_tune:
        base = base or settings.models / "encoder"
    with progress(hidden=as_json) as report:
        trained = train(
            Data(examples, text, label, taxonomy, unlabelled),
            encoder=open_encoder(settings.models / "encoder"),
            known=read_taxonomy(settings.taxonomy, None),
            out=out,
            seed=seed,
            base=base,
            progress=report,
        )
    click.echo(json.dumps(plain(trained), ensure_ascii=False)) if as_json else show(trained)


@command.command()
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Of trees and intervals.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the model; replaced as a whole.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def forecasts(url: str | None, seed: int, out: Path, as_json: bool) -> None:
    """Learn what customers do next from what the store holds, and score it on a later time than it learnt from.

    The folder then serves with FRICTIONARY_FORECASTS.

    \b
    Example: frictionary train forecasts --store demo.db --out models/forecasts
    """
    from api.foretold import plain, show
    from api.progress import progress
    from nlp.taxonomy import Taxonomy
    from pipelines.settings import Settings
    from pipelines.stores import open_existing
    from pipelines.training.forecasts.train import train

    settings = Settings.from_environment(store=url)
    taxonomy = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"), origin=str(settings.taxonomy))
    with open_existing(settings.store) as store, progress(hidden=as_json) as report:
        learnt = train(store, taxonomy, out, seed=seed, progress=report)
    click.echo(json.dumps(plain(learnt), default=str)) if as_json else show(learnt)


def plain(trained: "Trained") -> dict[str, Any]:
    """The report for machines."""
    from api.learnt import plain as plain_figures

    learnt, lift = trained.learnt, trained.learnt.lift
    return {
        "folder": str(trained.folder),
        "seconds": round(trained.seconds, 1),
        **plain_figures(learnt.examples, learnt.held_out),
        "unlabelled": {
            "rows": learnt.unlabelled.rows,
            "different": learnt.unlabelled.different,
            "learnt": len(learnt.unlabelled.texts),
            "dropped": dict(learnt.unlabelled.dropped),
        }
        if learnt.unlabelled.texts
        else None,
        "int8_agrees_with_fp32": learnt.quantised,
        "described_alone": {"intents": list(lift.intents), "recall_of_left_out": round(lift.found, 4)}
        if lift
        else None,
    }


def show(trained: "Trained") -> None:
    """What was left out, what works, what collides, what needs examples."""
    from api.learnt import show_dropped, show_figures, show_wanting

    learnt = trained.learnt
    found, seconds = learnt.held_out, f"{trained.seconds:.0f} s"
    click.echo(f"{len(learnt.examples.texts):,} texts of {len(learnt.labels)} intents in {seconds}: {trained.folder}")
    if (beside := learnt.unlabelled).texts:
        click.echo(f"beside {len(beside.texts):,} of {beside.different:,} different texts without a label")
        show_dropped(beside.dropped)
    click.echo(f"On {found.texts:,} texts it had not seen ({learnt.how}):")
    show_figures(learnt.examples, found)
    for precision, (threshold, kept) in found.thresholds.items():
        click.echo(f"{precision:.0%} right where it vouches: {kept:.0%} of the texts, from confidence {threshold:.2f}")
    if learnt.quantised is not None:
        click.echo(f"int8 and fp32 say the same of {learnt.quantised:.1%}")
    show_wanting(found)
    if lift := learnt.lift:
        click.echo(
            f"{len(lift.intents)} known by their descriptions alone. Of others, left out to be known in the same way, "
            f"{lift.found:.0%} of the texts were found; {lift.kept:.0%} of the rest stayed right."
        )
    click.echo(f"\nServe it: frictionary analyze --model {trained.folder}")
