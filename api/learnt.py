"""Figures of a model of own intents, for people and for machines: the same after training and after a test."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from api.terminal import table

if TYPE_CHECKING:
    from pipelines.training.own.examples import Examples
    from pipelines.training.own.figures import Figures

GOOD = 0.9
MOST = 12
"""Rows of each table; the card and `--json` have them all."""


def plain(examples: "Examples", found: "Figures") -> dict[str, Any]:
    """For machines."""
    return {
        "rows": len(examples.texts),
        "dropped": dict(examples.dropped),
        "figures": asdict(found) | {"thresholds": {str(p): pair for p, pair in found.thresholds.items()}},
        "wanting": [{"intent": name, "why": why} for name, why in found.wanting],
    }


def show_dropped(dropped: Mapping[str, Sequence[int]]) -> None:
    """What was left out, and in which rows."""
    from pipelines.training.own.examples import named

    for reason, where in dropped.items():
        click.echo(f"left out, {reason}: {len(where):,} (rows {named(where)})")


def show_figures(examples: "Examples", found: "Figures") -> None:
    """What was left out, how good the rest is, and what collides."""
    from rich.console import Console

    show_dropped(examples.dropped)
    right = f"{found.accuracy.value:.3f} ({found.accuracy.low:.3f} to {found.accuracy.high:.3f})"
    click.echo(f"accuracy {right}, macro recall {found.macro_recall:.3f}, ECE {found.ece:.3f}")
    recalls = [intent.recall.value for intent in found.intents if intent.recall]
    good = sum(recall >= GOOD for recall in recalls)
    click.echo(f"{good} of {len(recalls)} intents are found at least {GOOD:.0%} of the time")
    if found.collisions:
        columns = {"is": False, "of": True, "taken for": False, "which has": True, "texts": True}
        rows = [(c.truth, c.examples, c.guess, c.others, c.texts) for c in found.collisions[:MOST]]
        Console().print(table(columns, rows, title="\nIntents that collide"))


def show_wanting(found: "Figures") -> None:
    """Which intents need examples, and why."""
    from rich.console import Console

    if found.wanting:
        columns = {"intent": False, "why": False}
        Console().print(table(columns, found.wanting[:MOST], title="\nIntents that need examples"))
        if len(found.wanting) > MOST:
            click.echo(f"and {len(found.wanting) - MOST} more: see the card")
