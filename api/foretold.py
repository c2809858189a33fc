"""What `frictionary train forecasts` reports: which targets, how good on a later time, and what is wrong."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipelines.training.forecasts.score import Score
    from pipelines.training.forecasts.train import Learnt


def plain(learnt: "Learnt") -> dict[str, Any]:
    """The report for machines."""
    return asdict(learnt) | {"folder": str(learnt.folder), "seconds": round(learnt.seconds, 1)}


def show(learnt: "Learnt") -> None:
    from rich.console import Console

    from api.terminal import table

    told = f"{learnt.rows:,} moments of {learnt.customers:,} customers up to {learnt.until:%Y-%m-%d}"
    click.echo(f"{told} in {learnt.seconds:.0f} s: {learnt.folder}")
    figures = dict.fromkeys(("AUC", "Brier", "calibration"), True)
    if learnt.scores:
        click.echo("On a later time than it learnt from, beside what it must beat:")
        Console().print(table({"target": False, "way": False, **figures}, map(_cells, learnt.scores)))
    for target in learnt.missing:
        click.echo(f"{target} is not foretold: the store tells too little of it")
    for feature, target, area in learnt.leaks:
        click.echo(f"{feature} alone ranks {target} at {area:.3f}: does it know what is to come?")
    click.echo(f"\nServe it: FRICTIONARY_FORECASTS={learnt.folder} frictionary serve")


def _cells(score: "Score") -> tuple[str, ...]:
    spreads = (f"{i.value:.3f} ({i.low:.3f}–{i.high:.3f})" for i in (score.auc, score.brier, score.ece))
    return (score.target, score.way, *spreads)
