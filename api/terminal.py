"""What a terminal is shown: tables, and texts of customers without what a terminal would obey."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def plain(text: object) -> str:
    """On one line, with control characters as spaces: an escape sequence in a message must not reach the terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def table(columns: Mapping[str, bool], rows: Iterable[Sequence[object]], *, title: str = "") -> Any:
    """A table for rich. `columns`: heading -> whether it holds figures, which stand to the right."""
    from rich.table import Table
    from rich.text import Text

    found = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name, figures in columns.items():
        found.add_column(name, justify="right" if figures else "left")
    for row in rows:
        found.add_row(*(Text(plain(cell)) for cell in row))
    return found
