"""The options that say how files are to be read, the same for every command that reads any."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from api.moment import Moment

SPELLED = (
    click.option("--format", "format_", help="Read as this format instead of guessing."),
    click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Columns, as TOML."),
    click.option("--column", "columns", multiple=True, help="A column: field=NAME, or field==VALUE. Repeatable."),
    click.option("--speaker", "speakers", multiple=True, help="Who a voice of a call is: LABEL=agent. Repeatable."),
    click.option("--timezone", default="UTC", show_default=True, help="Zone of times that name none."),
    click.option("--company", default="", help="The company's own name or @handle: never masked as a person."),
    click.option("--started-at", type=Moment(), help="Time of conversations that have none, UTC."),
    click.option("--source", default="", help="First half of every id; the format's name otherwise."),
    click.option("--names/--no-names", default=None, help="Mask person names; FRICTIONARY_NAMES (on) otherwise."),
)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options above to a command, which is given `format_`, `names`, and what a reader is told as `options`."""

    @wraps(command)
    def with_options(
        *,
        mapping: Path | None,
        columns: Sequence[str],
        speakers: Sequence[str],
        timezone: str,
        company: str,
        started_at: datetime | None,
        source: str,
        **others: Any,
    ) -> Any:
        from pipelines.sources import Options
        from pipelines.sources.table import mapping_of

        chosen = Options(
            timezone=timezone,
            company=company,
            source=source,
            started_at=started_at,
            mapping={**mapping_of(mapping), **_mapping(columns)} or None,
            speakers=_speakers(speakers),
        )
        return command(options=chosen, **others)

    for spelled in reversed(SPELLED):
        with_options = spelled(with_options)
    return with_options


def _mapping(columns: Sequence[str]) -> dict[str, Any]:
    """`field=column` pairs; a field given several times is a list. Raises BadParameter."""
    mapping: dict[str, Any] = {}
    for text in columns:
        field, equals, column = text.partition("=")
        if not (field and equals and column):
            raise click.BadParameter(f"{text!r}: field=NAME expected, such as text=Body", param_hint="--column")
        if field == "metadata":
            mapping.setdefault(field, []).append(column)
        else:
            mapping[field] = column
    return mapping


def _speakers(told: Sequence[str]) -> dict[str, str]:
    """`label=speaker` pairs. Raises BadParameter."""
    pairs = {label: speaker for label, _, speaker in (text.rpartition("=") for text in told)}
    if "" in pairs:
        raise click.BadParameter("LABEL=agent expected, such as 'channel 1=agent'", param_hint="--speaker")
    return pairs
