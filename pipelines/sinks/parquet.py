"""Parquet with zstd: times in UTC, lists and objects as JSON text."""

import json
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from pipelines.sinks import Columns, Row

GROUP = 20_000
"""Rows held in memory, and written as one row group."""


def write(rows: Iterable[Row], columns: Columns, file: BinaryIO) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    types = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), list: pa.string()}
    types[datetime] = pa.timestamp("us", tz="UTC")
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    rest = iter(rows)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(rest, GROUP)):
            table = {name: [_cell(row[name]) for row in group] for name in columns}
            writer.write_table(pa.table(table, schema=schema))


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
