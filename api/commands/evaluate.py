"""frictionary evaluate: how good the models are on labelled texts, the shipped gold set or your own."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import own_model

if TYPE_CHECKING:
    from pipelines.evaluate import Report

SEED = 7
MOST = 12
"""Confusions shown a part; `--json` has them all."""


@click.group(invoke_without_command=True)
@click.option("--gold", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of labelled texts.")
@click.option(
    "--examples", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Your CSV or JSON lines."
)
@click.option("--text", default="text", show_default=True, help="Column of the text, with --examples.")
@click.option("--label", default="intent", show_default=True, help="Column of the intent, with --examples.")
@click.option("--seed", default=SEED, show_default=True, help="Of the bootstrap intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def command(
    context: click.Context, gold: Path | None, examples: Path | None, text: str, label: str, seed: int, as_json: bool
) -> None:
    """Score intent, stage, sentiment, friction, effort and leaving, with 95 % intervals and confusions.

    \b
    Examples:
      frictionary evaluate
      frictionary evaluate --examples mine.csv --text body --label topic --json
      frictionary evaluate intent --model models/my --examples test.csv
    """
    if context.invoked_subcommand:
        return
    if gold and examples:
        raise click.UsageError("--gold and --examples exclude one another: score one set at a time")
    from pipelines import evaluate
    from pipelines.annotate import Annotator
    from pipelines.settings import ROOT, Settings

    settings = Settings.from_environment()
    annotator = Annotator.of(settings)
    if examples:
        labelled = evaluate.examples(examples, text=text, label=label, known=annotator.taxonomy.intent_names)
    else:
        labelled = evaluate.gold(gold or ROOT / "corpora" / "gold")
    report = evaluate.evaluate(annotator, labelled, seed=seed)
    if as_json:
        click.echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        show(report)


@command.command()
@own_model.option
@click.option(
    "--examples", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="A table."
)
@click.option("--text", default="text", show_default=True, help="Column of the text.")
@click.option("--label", default="intent", show_default=True, help="Column of the intent.")
@click.option("--seed", default=SEED, show_default=True, help="Of the bootstrap intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def intent(model: Path | None, examples: Path, text: str, label: str, seed: int, as_json: bool) -> None:
    """Score a model of your own on labelled texts: accuracy, calibration, what it vouches for, what collides.

    Texts that it has learnt are named and left out.

    \b
    Example: frictionary evaluate intent --model models/my --examples test.csv --text body --label topic
    """
    from api.learnt import plain, show_figures
    from pipelines.annotate import Annotator
    from pipelines.settings import Settings
    from pipelines.training.own.score import score
    from pipelines.training.own.train import Data

    settings = Settings.from_environment(model=model and str(model))
    folder = Path(settings.model) if settings.model else None
    found = score(Annotator.of(settings), Data(examples, text, label), folder=folder, seed=seed)
    if as_json:
        vouched = {"coverage": found.coverage and asdict(found.coverage), "kept": found.kept and asdict(found.kept)}
        click.echo(json.dumps({"model": found.model, **plain(found.examples, found.figures), **vouched}))
        return
    click.echo(f"{found.model} on {len(found.examples.texts):,} texts")
    show_figures(found.examples, found.figures)
    if found.coverage and found.kept:
        click.echo(f"it vouches for {found.coverage.value:.1%} of the texts, {found.kept.value:.1%} of them right")


def show(report: "Report") -> None:
    """Tables for a person: one of figures, one of confusions."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    figures = Table("part", "measure", "figure", "95 % interval", title=f"{report.texts} texts, {report.model}")
    for part, found in report.figures.items():
        for n, (measure, figure) in enumerate(found.items()):
            shown = (f"{figure.value:.3f}", f"{figure.low:.3f} to {figure.high:.3f}") if figure else ("-", "")
            figures.add_row("" if n else part, measure, *shown, end_section=n == len(found) - 1)
    console.print(figures)
    taken = Table("part", "is", "taken for", "texts", title="Most frequent confusions")
    for part, pairs in report.confusions.items():
        for n, (truth, guess, count) in enumerate(pairs[:MOST]):
            taken.add_row("" if n else part, truth, guess, str(count), end_section=n == len(pairs[:MOST]) - 1)
    console.print(taken)
