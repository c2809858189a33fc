"""Since when a source is read, as the command line takes it."""

from datetime import datetime
from typing import Any, Literal

import click

from api.moment import Moment


class Since(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on alone
    """A moment, or `last`: since each source was read last."""

    name = "last|time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | Literal["last"]:
        return "last" if value == "last" else Moment().convert(value, param, ctx)
