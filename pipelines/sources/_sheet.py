"""Rows of an Excel workbook's first sheet that has any, read as they come."""

import itertools
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nlp.errors import BadRecord, MissingDependency
from pipelines.sources._inputs import open_bytes
from pipelines.sources._records import Numbered, too_large

BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
    SyntaxError,
)
"""What openpyxl raises of a workbook that is none; a SyntaxError is the XML's."""


def sheet_rows(path: Path, limit: int) -> Numbered:
    """(row number from 1 after the header, column -> cell). Raises MissingDependency, BadInput."""
    try:
        import openpyxl
    except ImportError as error:
        raise MissingDependency.of("an Excel workbook", "openpyxl", "xlsx") from error
    number = 0
    try:
        with open_bytes(path) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and the like that nobody reads
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            for number, row in enumerate(_records(_first(book)), start=1):
                size = sum(len(cell) for cell in row.values() if isinstance(cell, str))
                yield number, row if size <= limit else too_large(size, limit)
            book.close()
    except BROKEN as error:
        yield number + 1, BadRecord(f"not a readable workbook ({type(error).__name__}): {str(error)[:200]}")


def _first(book: Any) -> Iterator[tuple[Any, ...]]:
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some writers put down a size that is not true
        rows = sheet.iter_rows(values_only=True)
        if (row := next(rows, None)) is not None:
            return itertools.chain([row], rows)
    return iter(())


def _records(rows: Iterator[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """The first row of two cells or more is the header: titles stand above it alone."""
    header: list[str] | None = None
    for row in rows:
        cells = [cell for cell in row if cell not in (None, "")]
        if header is None:
            header = [str(name or "").strip() for name in row] if len(cells) > 1 else None
        elif cells:
            yield {name: cell for name, cell in zip(header, row, strict=False) if name}
