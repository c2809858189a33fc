"""Proves that nothing personal is left in a store and files beside it; it tells places and counts, never a value."""

import bz2
import gzip
import io
import json
import lzma
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation
from nlp.errors import BadInput, BadRecord
from nlp.redaction import redact
from nlp.redaction.masking import placeholders
from pipelines import sources
from pipelines.consent import identifiers, told
from pipelines.sources import Contact, Options
from pipelines.stores.protocols import Store
from pipelines.stores.protocols.privacy import Progress

PLAIN = (".json", ".jsonl", ".csv", ".tsv", ".txt", ".log", ".md", ".toml", ".html", ".yaml", ".yml")
OPENED: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
DETECTED = ("text", "note", "notes", "error", "metadata", "attributes", "details", "name", "reason")
"""Columns of running text and facts, in which the rules of masking are applied."""
SHORTEST = {"id": 5, "x": 4, "phone": 8, "name": 2}
"""Of an identifier that can be looked for: characters, of a phone digits, of a name words; others stand everywhere."""
_TOKEN = re.compile(r"[\w.+'’-]+(?:@[\w.-]+)?|@\w+", re.UNICODE)
_DIGITS = re.compile(r"\+?\d(?:[ ().-]{0,2}\d){7,16}")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_STRING = re.compile(rb"[\x09\x20-\x7e\xc2-\xf4\x80-\xbf]{5,}")
LINE = 100_000
"""Characters of a line that are looked at at once."""


@dataclass(slots=True)
class Known:
    """What is known to be somebody's. `short` cannot be looked for: they are too short to tell anything."""

    words: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    names: set[tuple[str, ...]] = field(default_factory=set)
    short: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.words) + len(self.phones) + len(self.names)

    def add(self, identifier: str) -> None:
        """ "kind:value"."""
        kind, _, value = identifier.partition(":")
        if kind == "phone" and len(digits := re.sub(r"\D", "", value)) >= SHORTEST["phone"]:
            self.phones.add(digits[-9:])
        elif kind == "name" and len(words := tuple(_WORD.findall(value.lower()))) >= SHORTEST["name"]:
            self.names.add(words)
        elif kind not in ("phone", "name") and len(value) >= SHORTEST.get(kind, 3):
            self.words.add(value.lower().lstrip("@"))
        else:
            self.short.add(identifier)

    def found(self, text: str) -> Iterator[str]:
        """The kind of each known identifier in a text: identifier, phone or name."""
        lower = text.lower()
        for token in _TOKEN.findall(lower) if self.words else ():
            if token.strip("@.'’-") in self.words:
                yield "identifier"
        for run in _DIGITS.findall(text) if self.phones else ():
            if re.sub(r"\D", "", run)[-9:] in self.phones:
                yield "phone"
        words = _WORD.findall(lower) if self.names else []
        for length in {len(name) for name in self.names}:
            yield from ("name" for n in range(len(words) - length + 1) if tuple(words[n : n + length]) in self.names)


@dataclass(frozen=True, slots=True)
class Report:
    """`known` and `detected`: (place, what) -> how often; `looked` values were looked at in `places` places."""

    known: Counter[tuple[str, str]]
    detected: Counter[tuple[str, str]]
    looked: int
    places: int
    identifiers: int
    skipped: int

    @property
    def clean(self) -> bool:
        return not self.known and not self.detected


def known_from(paths: Sequence[Path], options: Options) -> Known:
    """The identifiers and people of raw sources, by their readers; of a text file of unknown format, one a line.

    Raises BadInput for a path that does not exist.
    """
    known = Known()
    if missing := [sources.address(path) for path in paths if not sources.exists(path)]:
        raise BadInput(f"no such file: {', '.join(missing)}")
    for path in paths:
        for identifier in _told(path, options):
            known.add(identifier)
    return known


def _told(path: Path, options: Options) -> Iterator[str]:
    try:
        format = sources.guess(path)[0]
    except BadInput:
        lines = (line.strip() for line in path.read_text("utf-8", errors="replace").splitlines())
        yield from (told(line) for line in lines if line and not line.startswith("#"))
        return
    for record in sources.read(path, options, format=format):
        if isinstance(record, BadRecord):
            continue
        yield from filter(None, identifiers(record))
        if isinstance(record, Conversation):
            yield from (f"name:{person}" for person in record.metadata.get("people", ()))
        if isinstance(record, Contact):
            yield from (one for one in record.identifiers if one.startswith("name:"))


def scan(
    store: Store | None,
    files: Iterable[Path],
    *,
    known: Known,
    keep: frozenset[str] = frozenset(),
    progress: Progress = lambda step, done, total: None,
) -> Report:
    """Look at every cell of the store and at the files; types that the policy is to `keep` are not counted.

    The rules of masking look at running text alone: other systems' numbers, such as a ticket's, may look like a card's.
    """
    tally = _Tally(known, keep)
    for place, value in store.sweep.cells(progress) if store else ():
        for text in _texts(value):
            tally.look(place, text, detect=place.rpartition(".")[2] in DETECTED)
    paths = sorted({path for given in files for path in _files(given)})
    for number, path in enumerate(paths, start=1):
        for text in _of_file(path):
            tally.look(str(path), text, detect=path.suffix.lower() not in (".npz", ".onnx"))
        progress("files", number, len(paths))
    return Report(tally.known_found, tally.detected, tally.looked, len(tally.places), len(known), len(known.short))


@dataclass(slots=True)
class _Tally:
    known: Known
    keep: frozenset[str]
    known_found: Counter[tuple[str, str]] = field(default_factory=Counter)
    detected: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: set[str] = field(default_factory=set)
    looked: int = 0

    def look(self, place: str, text: str, *, detect: bool) -> None:
        self.looked += 1
        self.places.add(place)
        self.known_found.update((place, what) for what in self.known.found(text))
        if detect:
            fresh = Counter(placeholders(redact(text, keep=self.keep)[0]))
            fresh.subtract(placeholders(text))
            self.detected.update({(place, kind): count for kind, count in fresh.items() if count > 0})


def _texts(value: Any) -> Iterator[str]:
    """The texts of a cell: of JSON its keys and strings, of a binary its readable runs."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes | bytearray | memoryview):
        yield from _readable(bytes(value))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from (str(name), *_texts(inner))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise BadInput(f"no such file: {path}")
    yield from (inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else [path]


def _of_file(path: Path) -> Iterator[str]:
    """Lines of plain files, decoded JSON of JSON lines, rows of Parquet, readable runs of anything else."""
    kind = path.suffix.lower()
    if kind == ".parquet":
        yield from _parquet(path)
    elif kind in PLAIN or kind in OPENED:
        with OPENED.get(kind, open)(path, "rt", encoding="utf-8", errors="replace") as stream:
            while line := stream.readline(LINE):
                yield from _line(line)
    else:
        yield from _readable(path.read_bytes())


def _line(line: str) -> Iterator[str]:
    if line[:1] in "{[":
        try:
            yield from _texts(json.loads(line))
        except ValueError:
            pass
        else:
            return
    yield line


def _parquet(path: Path) -> Iterator[str]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(LINE // 100):
            for row in batch.to_pylist():
                yield from _texts(row)


def _readable(data: bytes) -> Iterator[str]:
    """Runs of text within binary data."""
    for part in _unpacked(data):
        wide = part.replace(b"\x00\x00\x00", b"") if b"\x00\x00\x00" in part else b""  # numpy keeps four bytes a letter
        for source in (part, wide):
            yield from (run.decode("utf-8", "replace") for run in _STRING.findall(source))


def _unpacked(data: bytes) -> Iterator[bytes]:
    """An archive's members, as numpy and Excel write them, or the data itself."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        yield data
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield from (archive.read(name) for name in archive.namelist())
