"""The command line: one file a command, imported only when it is called."""

import importlib
import sys
from pathlib import Path

import click

from nlp.errors import FrictionaryError


class Lazy(click.Group):
    """Finds a command in the file of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem != "__init__")

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"api.commands.{name}").command
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="frictionary")
def group() -> None:
    """Find what customers want, how they feel and what hurts them.

    \b
    Example: echo "where is my parcel?" | frictionary analyze
    """


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 an error that the message explains, 2 wrong usage."""
    try:
        group()
    except FrictionaryError as error:
        click.echo(f"frictionary: {error}", err=True)
        sys.exit(1)
