"""Since when a source is read, as the command line takes it."""

from datetime import datetime
from typing import Any, Literal

import click

from api.moment import Moment


class Since(Moment):
    """A moment, or `last`: since each source was read last."""

    name = "last|time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | Literal["last"]:  # type: ignore[override]
        return "last" if value == "last" else super().convert(value, param, ctx)
