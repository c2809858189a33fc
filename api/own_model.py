"""The option that names a company's own intent model, the same for every command."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--model",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of your own intents (frictionary train intent); FRICTIONARY_MODEL otherwise.",
)
