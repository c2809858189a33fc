"""Where rows go: one file a format, each with `write(rows, columns, file)`; the file's name is the format's name."""

import importlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from nlp.errors import UnknownName

Columns = Mapping[str, type]
"""Column -> str, int, float, bool, datetime, or list for what JSON keeps as a list or an object; any may be None."""
Row = Mapping[str, Any]


def formats() -> list[str]:
    return sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem != "__init__")


def write(rows: Iterable[Row], columns: Columns, file: BinaryIO, *, format: str) -> None:
    """Write rows as they come, in the order of the columns. Raises UnknownName for an unknown format."""
    if format not in formats():
        raise UnknownName.of("format", format, formats())
    importlib.import_module(f"pipelines.sinks.{format}").write(rows, columns, file)


def plain(value: Any) -> Any:
    """As JSON knows it: times in ISO 8601 UTC, floats to six digits after the point."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return round(value, 6) if isinstance(value, float) else value
