"""frictionary models: what lies in models/, how good it is, and whether a file is damaged."""

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipelines.models import Model


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the models with version, size, languages, limits and main figures; exit 1 where a file is damaged.

    \b
    Examples:
      frictionary models
      frictionary models show heads
    """
    if context.invoked_subcommand:
        return
    from pipelines.models import models
    from pipelines.settings import Settings

    found = models(Settings.from_environment().models)
    if as_json:
        click.echo(json.dumps([_plain(model) for model in found], ensure_ascii=False))
    else:
        for model in found:
            _head(model)
            for name, figures in model.figures.items():
                shown = ", ".join(f"{measure} {figures[measure]:.3f}" for measure in list(figures)[1:4])
                click.echo(f"    {name}: {shown}")
    sys.exit(0 if all(model.whole for model in found) else 1)


@command.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the card as JSON.")
def show(name: str, as_json: bool) -> None:
    """Show the card of model NAME: every field and figure, and each file with its state.

    \b
    Example: frictionary models show encoder
    """
    from pipelines.models import find
    from pipelines.settings import Settings

    model = find(name, Settings.from_environment().models)
    if as_json:
        click.echo(json.dumps(_plain(model), ensure_ascii=False))
        sys.exit(0 if model.whole else 1)
    _head(model)
    for field, value in model.card.items():
        if not isinstance(value, dict):
            click.echo(f"    {field}: {value}")
    for name, figures in model.figures.items():
        click.echo(f"    {name}: " + ", ".join(f"{measure} {value:g}" for measure, value in figures.items()))
    for file, state in model.states.items():
        click.echo(f"    {file}: {model.files.get(file, 0):,} bytes, {state}")
    sys.exit(0 if model.whole else 1)


def _head(model: "Model") -> None:
    harmed = "" if model.whole else "  DAMAGED: fetch or build it anew"
    click.echo(f"{model.name}  {model.version}  {model.kind}  {model.bytes / 1e6:.1f} MB  {model.languages}{harmed}")
    if model.limits:
        click.echo(f"    limits: {model.limits}")


def _plain(model: "Model") -> dict[str, object]:
    return asdict(model) | {"whole": model.whole}
