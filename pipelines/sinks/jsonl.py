"""JSON lines in UTF-8: one object a row."""

import json
from collections.abc import Iterable
from typing import BinaryIO

from pipelines.sinks import Columns, Row, plain


def write(rows: Iterable[Row], columns: Columns, file: BinaryIO) -> None:
    for row in rows:
        line = json.dumps({name: plain(row[name]) for name in columns}, ensure_ascii=False)
        file.write(line.encode("utf-8", "replace") + b"\n")
