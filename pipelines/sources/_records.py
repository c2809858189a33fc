"""Records of a file, one at a time: JSON lines and arrays, a guard against records that are too large."""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO, TypeVar

from nlp.errors import BadRecord
from nlp.vocabulary import Vocabulary
from pipelines.sources._inputs import open_text
from pipelines.sources._remote import address

__all__ = ["DeadRecord", "Options", "convert", "json_records", "lines", "mappings", "open_text", "pieces", "too_large"]

CHUNK = 1 << 16
DECODER = json.JSONDecoder(parse_constant=lambda _: None)
TOKEN = re.compile(r'["\\\[\]{},]')


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader may be told. A reader writes only `skipped` (records left out, by reason) and `unnamed`."""

    max_record: int = 20_000_000
    """Largest single record, in characters."""
    timezone: str = "UTC"
    """Zone of times that name none (an IANA name)."""
    source: str = ""
    """First half of every id; the format's name where empty."""
    mapping: Path | Mapping[str, Any] | None = None
    """Columns of a table: a TOML file or a mapping; guessed from the header where None."""
    company: str = ""
    """The company's own name or @handle: whose posts are answers, and what no masker takes for a person."""
    speakers: Mapping[str, str] = field(default_factory=dict)
    """Of a call: a voice's label (such as "channel 1", "A", "SPEAKER_00", a name) -> customer, agent or bot."""
    started_at: datetime | None = None
    """Used where neither the record nor the file's name has a date."""
    names: Vocabulary = field(default_factory=Vocabulary)
    """What the company calls events, scores and facts."""
    skipped: Counter[str] = field(default_factory=Counter, compare=False)
    unnamed: Counter[str] = field(default_factory=Counter, compare=False)
    """Events that `names` does not know, by name: they are kept under it."""


class DeadRecord(BadRecord):
    """A BadRecord that knows its file and its record's number (from 1; 0 is the file as a whole)."""

    def __init__(self, reason: str, field: str = "", value: str = "", file: str = "", record: int = 0) -> None:
        super().__init__(reason, field, value)
        self.file, self.record = address(file), record
        self.args = (reason, field, value[:200], self.file, record)

    def __str__(self) -> str:
        return f"{self.file}, record {self.record}: {super().__str__()}"


Numbered = Iterator[tuple[int, Any]]
"""(record number, parsed record or the BadRecord in its place)."""
Made = TypeVar("Made")
SHAPE = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)


def convert(path: Path, records: Numbered, make: Callable[[Any], Made | None]) -> Iterator[Made | BadRecord]:
    """Each record through `make`; what it refuses is yielded as a DeadRecord. None means: left out on purpose."""
    for number, record in records:
        try:
            if isinstance(record, BadRecord):
                raise record
            made = make(record)
        except BadRecord as bad:
            yield DeadRecord(bad.reason, bad.field, bad.value, str(path), number)
        except SHAPE as error:
            yield DeadRecord(f"not of the expected shape ({type(error).__name__})", file=str(path), record=number)
        else:
            if made is not None:
                yield made


def pieces(pages: Numbered, find: Callable[[Any], Iterable[Any]]) -> Numbered:
    """What `find` sees in each page, numbered through the file; a page that cannot be read, or to its end, counts as
    one piece in its place."""
    number = 0
    for page_number, page in pages:
        for piece in [page] if isinstance(page, BadRecord) else _whole(page, find):
            number += page_number > 0
            yield number, piece


def _whole(page: Any, find: Callable[[Any], Iterable[Any]]) -> Iterator[Any]:
    try:
        yield from find(page)
    except BadRecord as bad:
        yield bad
    except SHAPE as error:
        yield BadRecord(f"not of the expected shape ({type(error).__name__})")


def lines(stream: TextIO, limit: int, *, blank: bool = False) -> Iterator[tuple[int, str | BadRecord]]:
    """Lines, blank ones only where asked for; one over `limit` characters is passed over, not held in memory."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) > limit and not line.endswith("\n"):
            size = len(line)
            while rest := stream.readline(CHUNK):
                size += len(rest)
                if rest.endswith("\n"):
                    break
            yield number, too_large(size, limit)
        elif blank or line.strip("\x00 \t\r\n\ufeff"):
            yield number, line


def json_records(stream: TextIO, limit: int, *, lists: Collection[str] = ()) -> Numbered:
    """JSON lines, one JSON array, or one JSON document; an empty file yields one BadRecord.

    Of a record that breaks off the whole elements of its `lists` (a page's "tickets") are yielded before the BadRecord.
    """
    for number, piece in _pieces(stream, limit):
        found = piece if isinstance(piece, BadRecord) else _parse(piece)
        if isinstance(found, BadRecord) and isinstance(piece, str):
            yield from ((number, element) for element in _rescued(piece, lists))
        yield number, found


def _pieces(stream: TextIO, limit: int) -> Iterator[tuple[int, str | BadRecord]]:
    opening = stream.read(CHUNK).lstrip("\x00 \t\r\n\ufeff")[:1]
    stream.seek(0)
    if opening == "[":
        yield from _elements(stream, limit)
        return
    first = next(lines(stream, limit), None)
    stream.seek(0)
    if first is None:
        yield 0, BadRecord("the file is empty")
        return
    line = first[1].lstrip("\x00 \t\r\n\ufeff") if isinstance(first[1], str) else "{"
    if line.startswith("{") and line.rstrip()[-1] in "{[,:" and isinstance(first[1], str):
        text = stream.read(limit + 1)
        yield 1, text if len(text) <= limit else too_large(len(text), limit)
    else:
        yield from lines(stream, limit)


def _rescued(text: str, lists: Collection[str]) -> Iterator[Any]:
    """The objects of the first list of such a name, up to the one that cannot be read."""
    start = re.search(rf'"(?:{"|".join(map(re.escape, lists))})"\s*:\s*\[', text) if lists else None
    at = start.end() if start else len(text)
    while brace := re.compile(r"[\s,]*(?=\{)").match(text, at):
        try:
            found, at = json.JSONDecoder().raw_decode(text, brace.end())
        except (ValueError, RecursionError):
            return
        yield found


def _parse(text: str) -> Any:
    try:
        return DECODER.decode(text.strip("\x00 \t\r\n\ufeff"))
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg
        said = f"{'truncated' if cut else 'not valid'} JSON: {error.msg.removesuffix(' at')}"
        return BadRecord(f"{said} at character {error.pos}", value=text[:200])
    except (ValueError, RecursionError) as error:
        return BadRecord(f"not readable JSON ({type(error).__name__})", value=text)


def _elements(stream: TextIO, limit: int) -> Iterator[tuple[int, str | BadRecord]]:
    """The texts of a JSON array's elements, without holding more than one."""
    depth, number, offset, escaped, quoted = 0, 1, 0, -1, False
    held: list[str] = []
    size = 0

    def finish(tail: str) -> str | BadRecord:
        return too_large(size + len(tail), limit) if size + len(tail) > limit else "".join([*held, tail])

    while chunk := stream.read(CHUNK):
        start = 0
        for match in TOKEN.finditer(chunk):
            at, mark = match.start(), match.group()
            if offset + at == escaped:
                continue
            if quoted:
                quoted = mark != '"'
                escaped = offset + at + 1 if mark == "\\" else escaped
            elif mark == '"':
                quoted = True
            elif mark in "[{":
                depth += 1
                start = at + 1 if depth == 1 else start
            elif mark in "]}" or (mark == "," and depth == 1):
                depth -= mark != ","
                if depth == 0 or mark == ",":
                    piece = finish(chunk[start:at])
                    if isinstance(piece, BadRecord) or piece.strip() or mark == ",":
                        yield number, piece
                    if depth == 0:
                        return
                    held, size, start, number = [], 0, at + 1, number + 1
        size += len(chunk) - start
        held = [*held, chunk[start:]] if size <= limit else []
        offset += len(chunk)
    rest = finish("")
    yield (
        number,
        rest if isinstance(rest, BadRecord) else BadRecord("truncated JSON: the array is never closed", value=rest),
    )


def too_large(size: int, limit: int) -> BadRecord:
    return BadRecord(f"larger than {limit:,} characters; raise the setting max_record to read it", "size", str(size))


def unfolded(records: Numbered, *paths: str) -> Numbered:
    """Of a page the elements of the list under one of `paths` ("data.payload"), numbered on from what was before; what
    is no page passes as it is."""
    last = 0
    for number, found in records:
        within = next((inner for path in paths if isinstance(inner := _under(found, path), list)), None)
        first = last + 1 if within is not None else max(number, last + 1)
        elements = [found] if within is None else within
        yield from enumerate(elements, first)
        last = first + len(elements) - 1


def _under(found: Any, path: str) -> Any:
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def mappings(records: Iterable[tuple[int, Any]]) -> Numbered:
    """What is not a JSON object becomes a BadRecord."""
    for number, record in records:
        if isinstance(record, (dict, BadRecord)):
            yield number, record
        else:
            yield number, BadRecord("an object was expected", "record", str(record)[:200])
