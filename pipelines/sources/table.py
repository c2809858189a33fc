"""Tables (CSV, TSV, JSON lines, Parquet, Excel) by a mapping of columns, given or guessed from the header."""

import csv
import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nlp.conversation import Channel, Conversation, Speaker
from nlp.errors import BadRecord, BadSetting
from pipelines.sources._columns import proposed
from pipelines.sources._dates import ORDERS, Dates
from pipelines.sources._inputs import named, open_bytes
from pipelines.sources._records import Numbered, Options, convert, json_records, lines, mappings, open_text, too_large
from pipelines.sources._rows import Lines
from pipelines.sources._sheet import sheet_rows
from pipelines.sources._values import conversation, identifier

GUESSES = {
    "id": ("id", "complaint_id", "ticket_id", "conversation_id", "conversationid", "case_id", "number", "review_link"),
    "text": (
        "text",
        "consumer_complaint_narrative",
        "narrative",
        "body",
        "message",
        "description",
        "utterance",
        "review_text",
    ),
    "started_at": (
        "started_at",
        "created_at",
        "date_received",
        "date",
        "created",
        "timestamp",
        "review_submit_date_and_time",
    ),
    "updated_at": ("updated_at", "last_updated", "last_modified", "modified_at"),
    "customer": ("customer", "email", "customer_email", "customer_id", "requester_email", "phone", "handle", "user_id"),
    "channel": ("channel",),
    "speaker": ("speaker", "role", "author_role"),
}
FACTS = ("subject", "status", "tags", "csat", "product", "company", "issue", "rating", "state", "submitted_via")
KINDS = {"phone": "phone", "handle": "x", "email": "email", "customer_email": "email", "requester_email": "email"}
HEAD = 1000
WORKBOOKS = (".xlsx", ".xlsm")
PARQUET_ROWS = 200
FURTHER = {"email": "email", "phone": "phone", "handle": "x", "order": "order", "name": "name"}
"""Fields of a mapping that name columns of what else a customer is known by."""
FIELDS = (*GUESSES, *FURTHER, "customer_kind", "metadata", "timezone", "dates")


def read(path: Path, options: Options) -> Iterator[Conversation | BadRecord]:
    """One conversation a row, or a turn a row where a speaker is mapped: neighbouring rows of one id belong together.

    A mapping names a column for each of id, text, started_at, updated_at, customer, channel, speaker; "=value" is the
    value itself. `customer_kind` is email, phone, x, id or name; `metadata` lists columns to keep; `timezone` is that
    of its times, `dates` tells how 03/04/2020 is meant. Rows without text are skipped.
    """
    dates = Dates.of(mapping_of(options.mapping), options.timezone)
    records = mappings(rows(path, options))
    head, columns = _head(records)
    mapping = {**_guessed(columns), **mapping_of(options.mapping)}
    numbered: Numbered = itertools.chain(head or [(0, BadRecord("the file is empty"))], records)
    if columns and (lacking := [field for field in ("id", "text") if field not in mapping]):
        reason = f"no column for {' and '.join(lacking)}: map one; columns: {', '.join(map(str, columns))}"
        numbered = iter([(0, BadRecord(reason))])
    yield from convert(
        path, _grouped(numbered, mapping, options), partial(_make, mapping=mapping, dates=dates, options=options)
    )


def proposal(path: Path, options: Options) -> tuple[list[str], dict[str, Any], dict[str, str]]:
    """(columns, mapping as told or guessed from the header, what the first cells propose beyond). Raises BadInput."""
    records = (record for _, record in mappings(rows(path, options)) if isinstance(record, dict))
    first = list(itertools.islice(records, HEAD))
    columns = list(first[0]) if first else []
    mapping = {**_guessed(columns), **mapping_of(options.mapping)}
    return list(map(str, columns)), mapping, proposed(first, mapping)


def _head(records: Numbered) -> tuple[list[tuple[int, Any]], list[Any]]:
    """(the records up to the first that can be read, its columns)."""
    head: list[tuple[int, Any]] = []
    for number, record in records:
        head.append((number, record))
        if isinstance(record, dict):
            return head, list(record)
        if len(head) == HEAD:
            break
    return head, []


def mapping_of(mapping: Path | Mapping[str, Any] | None) -> dict[str, Any]:
    """A mapping of columns, read from TOML where it is a file, and checked. Raises BadSetting."""
    if mapping is None:
        return {}
    if isinstance(mapping, Path):
        try:
            mapping = tomllib.loads(mapping.read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSetting(f"mapping {mapping}: not readable TOML: {error}") from error
    if unknown := set(mapping) - set(FIELDS):
        raise BadSetting(f"mapping: unknown field {', '.join(sorted(unknown))}; known: {', '.join(FIELDS)}")
    for field, value in mapping.items():
        if not isinstance(value, list if field == "metadata" else str):
            raise BadSetting(
                f"mapping: {field}={value!r}: a {'list of columns' if field == 'metadata' else 'text'} expected"
            )
    if mapping.get("dates", ORDERS[0]) not in ORDERS:
        raise BadSetting(f"mapping: dates={mapping['dates']!r}: known: {', '.join(ORDERS)}")
    return dict(mapping)


def _guessed(header: Iterable[str]) -> dict[str, Any]:
    plain = {re.sub(r"[^a-z0-9]+", "_", str(column).lower()).strip("_"): column for column in header}
    mapping: dict[str, Any] = {
        field: next(plain[name] for name in names if name in plain)
        for field, names in GUESSES.items()
        if plain.keys() & set(names)
    }
    mapping["metadata"] = [plain[name] for name in FACTS if name in plain]
    return mapping


def rows(path: Path, options: Options) -> Numbered:
    """(record number, column -> cell, or the BadRecord in its place) of a table, by its suffix. Raises BadInput."""
    suffix = named(path).suffix.lower()
    if suffix == ".parquet":
        yield from _parquet(path, options.max_record)
    elif suffix in WORKBOOKS:
        yield from sheet_rows(path, options.max_record)
    elif suffix in (".json", ".jsonl", ".ndjson") or (suffix not in (".csv", ".tsv") and _is_json(path)):
        with open_text(path) as stream:
            yield from json_records(stream, options.max_record)
    else:
        yield from csv_rows(path, options)


def _is_json(path: Path) -> bool:
    """Of a file whose name does not tell, such as standard input."""
    with open_text(path) as stream:
        return stream.read(1 << 10).lstrip("\ufeff \r\n\t")[:1] in ("{", "[")


def csv_rows(path: Path, options: Options) -> Numbered:
    """(row number from 1, column -> cell). Raises BadInput where the file cannot be opened.

    A quote that is never closed, or closed within a later row, costs its own line, which is reported; no other.
    """
    csv.field_size_limit(options.max_record)
    with open_text(path, newline="") as stream:
        head = stream.readline(1 << 16)
        stream.seek(0)
        physical = Lines(lines(stream, options.max_record, blank=True), options.max_record)
        rows = physical.rows(delimiter=max(",;\t", key=head.count))
        header: list[str] | None = None
        for number, row in enumerate(rows):
            if isinstance(row, BadRecord):
                yield number, row
            elif header is None:
                header = [name.strip("\ufeff ") for name in row]
            elif len(row) > len(header):
                yield number, BadRecord(f"{len(row)} cells where the header has {len(header)}", "record", ",".join(row))
            elif row:
                yield number, dict(zip(header, row, strict=False))


def _parquet(path: Path, limit: int) -> Numbered:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with open_bytes(path) as stream, pq.ParquetFile(stream) as file:
            for batch in file.iter_batches(PARQUET_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    size = sum(len(cell) for cell in row.values() if isinstance(cell, (str, bytes)))
                    yield number, row if size <= limit else too_large(size, limit)
    except (pa.ArrowException, OSError, ValueError) as error:
        yield number + 1, BadRecord(f"not readable Parquet: {str(error)[:200]}")


def _grouped(records: Numbered, mapping: Mapping[str, Any], options: Options) -> Numbered:
    """Lists of rows: one row each, or neighbours of one id where a speaker is mapped. Rows without text are skipped."""
    held: list[Any] = []
    start = 0
    for number, row in records:
        if isinstance(row, BadRecord):
            yield number, row
        elif not str(_value(row, mapping, "text") or "").strip() and "text" in mapping:
            options.skipped["no text"] += 1
        elif "speaker" in mapping and held and _value(held[0], mapping, "id") == _value(row, mapping, "id"):
            held.append(row)
        else:
            if held:
                yield start, held
            held, start = [row], number
    if held:
        yield start, held


def _value(row: Mapping[str, Any], mapping: Mapping[str, Any], field: str) -> Any:
    column = mapping.get(field)
    return column[1:] if isinstance(column, str) and column.startswith("=") else row.get(column) if column else None


def _make(rows: list[Mapping[str, Any]], *, mapping: Mapping[str, Any], dates: Dates, options: Options) -> Conversation:
    row = rows[0]
    started, naive = dates.time(_value(row, mapping, "started_at") or options.started_at, "started_at")
    column = str(mapping.get("customer", ""))
    customer_kind = mapping.get("customer_kind") or KINDS.get(re.sub(r"\W+", "_", column.lower()))
    who = str(_value(row, mapping, "customer") or "")
    channel = str(_value(row, mapping, "channel") or "ticket").lower()
    if channel not in set(Channel):
        raise BadRecord(f"unknown channel; known: {', '.join(Channel)}", "channel", channel)
    return conversation(
        _value(row, mapping, "id"),
        source=options.source or "table",
        channel=Channel(channel),
        customer=identifier(str(customer_kind or ("email" if "@" in who[1:] else "id")), who),
        started_at=started,
        drafts=[(_speaker(_value(r, mapping, "speaker")), str(_value(r, mapping, "text")), None) for r in rows],
        identifiers=[identifier(kind, _value(row, mapping, field)) for field, kind in FURTHER.items()],
        metadata={**{str(c).lower(): row.get(c) for c in mapping.get("metadata", ())}, "naive_times": naive},
        changed=dates.moment(_value(row, mapping, "updated_at")),
    )


def _speaker(value: Any) -> Speaker:
    name = str(value or "customer").strip().lower()
    if name not in set(Speaker):
        raise BadRecord(f"unknown speaker; known: {', '.join(Speaker)}", "speaker", name)
    return Speaker(name)
