"""CSV in UTF-8 with a header; no cell is taken for a formula by a spreadsheet."""

import csv
import json
import re
from collections.abc import Iterable
from io import TextIOWrapper
from typing import Any, BinaryIO

from pipelines.sinks import Columns, Row, plain

FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet may take for a formula's start: https://owasp.org/www-community/attacks/CSV_Injection."""


def write(rows: Iterable[Row], columns: Columns, file: BinaryIO) -> None:
    """Texts that start like a formula get an apostrophe before them; what is not known is empty."""
    text = TextIOWrapper(file, "utf-8", errors="replace", newline="", write_through=True)
    try:
        table = csv.writer(text)
        table.writerow(columns)
        table.writerows([_cell(row[name]) for name in columns] for row in rows)
    finally:
        text.detach()


def _cell(value: Any) -> Any:
    if isinstance(value, bool | list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return f"'{value}" if FORMULA.match(value) else value
    return plain(value)
