"""Where rows and messages go. A file that writes tables has `write(rows, columns, file)`; one that takes messages as
they happen has `Options` and `open_sink(options, environment)`. The file's name is the format's, or the kind's."""

import importlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from nlp.errors import UnknownName

Columns = Mapping[str, type]
"""Column -> str, int, float, bool, datetime, date, or list for what JSON keeps as a list or an object. Any may be
None."""
Row = Mapping[str, Any]


def formats() -> list[str]:
    """Those that write tables."""
    return _with("write")


def kinds() -> list[str]:
    """Those that take messages."""
    return _with("open_sink")


def _with(function: str) -> list[str]:
    """Told without importing them: what they need may not be installed."""
    files = Path(__file__).parent.glob("[a-z]*.py")
    return sorted(path.stem for path in files if f"\ndef {function}(" in path.read_text("utf-8"))


def write(rows: Iterable[Row], columns: Columns, file: BinaryIO, *, format: str) -> None:
    """Write rows as they come, in the order of the columns. Raises UnknownName for an unknown format."""
    if format not in formats():
        raise UnknownName.of("format", format, formats())
    importlib.import_module(f"pipelines.sinks.{format}").write(rows, columns, file)


def plain(value: Any) -> Any:
    """As JSON knows it: days and times in ISO 8601, UTC; floats to six digits after the point."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 6) if isinstance(value, float) else value
