"""What the columns of a table may be, by what stands in them: proposed to people, never acted on alone."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from nlp.errors import BadRecord
from pipelines.sources._dates import order_of
from pipelines.sources._values import time

WORDS = 4
"""Mean words of a cell from which on it may be what somebody said."""
NUMBERED = re.compile(r"id$|^id|number|\bno\b|ref|key|case|ticket", re.IGNORECASE)
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+", re.IGNORECASE)


def proposed(rows: Sequence[Mapping[Any, Any]], mapping: Mapping[str, Any]) -> dict[str, str]:
    """field -> column for each of text, id, started_at and customer that `mapping` lacks and the cells suggest; and the
    order of dates that only one order can read."""
    taken = {name for column in mapping.values() for name in (column if isinstance(column, list) else [column])}
    cells = {str(column): _texts(rows, column) for column in (rows[0] if rows else ()) if column not in taken}
    found: dict[str, str] = {}
    for field, find in (("text", _said), ("started_at", _dated), ("customer", _addressed), ("id", _numbered)):
        if field not in mapping and (column := find(cells, len(rows))):
            found[field] = column
            del cells[column]
    if "dates" not in mapping and (order := order_of(_texts(rows, {**mapping, **found}.get("started_at")))):
        found["dates"] = order
    return found


def order(rows: Sequence[Mapping[Any, Any]]) -> dict[str, str]:
    """`dates` where a column of them leaves one order alone, and no other column the other."""
    found = {order_of(_texts(rows, column)) for column in (rows[0] if rows else ())} - {""}
    return {"dates": found.pop()} if len(found) == 1 else {}


def _texts(rows: Sequence[Mapping[Any, Any]], column: Any) -> list[str]:
    return [text for row in rows if (text := str(row.get(column) or "").strip())]


def _said(cells: Mapping[str, list[str]], count: int) -> str | None:
    words = {column: sum(len(text.split()) for text in texts) / max(1, len(texts)) for column, texts in cells.items()}
    best = max(words, key=lambda column: words[column], default=None)
    return best if best is not None and words[best] >= WORDS else None


def _dated(cells: Mapping[str, list[str]], count: int) -> str | None:
    full = {column: texts for column, texts in cells.items() if len(texts) == count}
    return next((column for column, texts in full.items() if order_of(texts) or all(map(_is_time, texts))), None)


def _is_time(text: str) -> bool:
    try:
        return not text.isdigit() and bool(time(text, "started_at", ZoneInfo("UTC")))
    except BadRecord:
        return False


def _addressed(cells: Mapping[str, list[str]], count: int) -> str | None:
    return next((column for column, texts in cells.items() if texts and all(map(ADDRESS.fullmatch, texts))), None)


def _numbered(cells: Mapping[str, list[str]], count: int) -> str | None:
    """In every row another, without blanks within; one whose name says so before the others."""
    fitting = [column for column, texts in cells.items() if len(set(texts)) == count and not _spaced(texts)]
    return min(fitting, key=lambda column: not NUMBERED.search(column), default=None)


def _spaced(texts: Iterable[str]) -> bool:
    return any(" " in text for text in texts)
