"""Parquet with zstd: times in UTC, lists and objects as JSON text; tables, and drops of messages."""

import asyncio
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.messages import Message
from pipelines.sinks import Columns, Row
from pipelines.sinks._protocol import Unavailable

GROUP = 20_000
"""Rows held in memory, and written as one row group."""


def write(rows: Iterable[Row], columns: Columns, file: BinaryIO) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    types = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), list: pa.string()}
    types |= {datetime: pa.timestamp("us", tz="UTC"), date: pa.date32()}
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


COLUMNS: Columns = {
    "sequence": int,
    "id": str,
    "type": str,
    "subject": str,
    "customer": str,
    "time": datetime,
    "version": int,
    "data": list,
}
"""Of messages; `data` is JSON text."""


@dataclass(frozen=True, slots=True)
class Options:
    """`folder`: where the files are dropped. A file holds `most` messages, or what came in `linger` seconds."""

    folder: str
    most: int = 10_000
    linger: float = 60.0


def open_sink(options: Options, environment: Mapping[str, str]) -> "Drops":
    return Drops(Path(options.folder), options.most, options.linger)


class Drops:
    """A file a batch, named after its first message and renamed when it is whole: what a killed publisher sends again
    replaces its file, and does not come twice."""

    def __init__(self, folder: Path, most: int, linger: float) -> None:
        self._folder = folder
        self.most, self.together, self.linger = most, 1, linger

    async def start(self) -> None:
        """Nothing to do: the folder is made with the first file."""

    async def send(self, messages: Sequence[Message]) -> None:
        try:
            await asyncio.to_thread(self._drop, messages)
        except OSError as error:
            raise Unavailable(f"{self._folder}: {error.strerror or error}") from error

    def _drop(self, messages: Sequence[Message]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        whole = self._folder / f"events-{messages[0].number:012}.parquet"
        part = whole.with_name(f".{whole.name}.part")
        with part.open("wb") as file:
            write(map(_row, messages), COLUMNS, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(whole)

    async def stop(self) -> None:
        """Nothing is left open."""


def _row(message: Message) -> Row:
    own = {"sequence": message.number, "id": message.id, "type": message.kind, "time": message.at}
    told = {"subject": message.subject, "customer": message.customer, "version": message.version}
    return {**own, **told, "data": dict(message.data)}
