"""Where a format's bytes come from: files, folders, patterns, compressed files, archives, standard input."""

import atexit
import bz2
import codecs
import glob
import gzip
import hashlib
import lzma
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from io import BufferedReader, RawIOBase, TextIOWrapper
from pathlib import Path
from typing import IO, Any, TextIO

from nlp.errors import BadInput

STANDARD_INPUT = Path("-")
COMPRESSED = (".gz", ".bz2", ".xz")
OPENERS: tuple[tuple[bytes, Callable[[Any], Any]], ...] = (
    (b"\x1f\x8b\x08", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lzma.open),
)
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError)
OFFICE = "[Content_Types].xml"


def named(path: Path) -> Path:
    """The name that tells the format and the record: without .gz, .bz2, .xz."""
    return path.with_suffix("") if path.suffix.lower() in COMPRESSED else path


def exists(path: Path) -> bool:
    """Whether there is a file, a file within an archive, or standard input."""
    return path == STANDARD_INPUT or path.is_file() or _member(path) is not None


def files(paths: Iterable[Path]) -> list[Path]:
    """Files as they are; of folders, patterns (*, ?, **) and ZIP archives all files in order of name, but hidden ones.

    A file within an archive is named as if that were a folder: export.zip/tickets.jsonl.
    """
    return list(dict.fromkeys(file for path in paths for match in _matches(path) for file in _inside(match)))


def beside(path: Path) -> tuple[list[Path], int]:
    """(the files of the same folder or archive in order of name, a number that changes when they do)."""
    if member := _member(path):
        return [file for file in _members(member[0]) if file.parent == path.parent], member[0].stat().st_mtime_ns
    found = sorted(file for file in path.parent.iterdir() if file.is_file() and not _hidden(Path(file.name)))
    return found, path.parent.stat().st_mtime_ns


def _matches(path: Path) -> list[Path]:
    """What a pattern stands for; a path that is none, and a pattern that nothing matches, as it is."""
    if exists(path) or path.is_dir() or not glob.has_magic(str(path)):
        return [path]
    found = sorted(Path(match) for match in glob.glob(str(path), recursive=True))
    return [match for match in found if match.is_file() or "**" not in path.parts] or [path]


def _inside(path: Path) -> list[Path]:
    if path.is_dir():
        shown = (p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p.relative_to(path)))
        return [file for p in shown for file in (_members(p) or [p])]
    return _members(path) or [path]


def _members(path: Path) -> list[Path]:
    """Of a ZIP archive its files; [] for any other file, a workbook among them."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return []
    names = sorted(info.filename for info in _archive(path).infolist() if not info.is_dir())
    return [] if OFFICE in names else [path / name for name in names if not _hidden(Path(name))]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


def _member(path: Path) -> tuple[Path, str] | None:
    """(archive, name within) of a path that leads into a ZIP archive."""
    for parent in path.parents:
        if parent.is_file():
            name = path.relative_to(parent).as_posix()
            inside = zipfile.is_zipfile(parent) and name in _archive(parent).NameToInfo
            return (parent, name) if inside else None
    return None


def _archive(path: Path) -> zipfile.ZipFile:
    state = path.stat()
    return _opened(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _opened(path: Path, changed: int, size: int) -> zipfile.ZipFile:
    """Kept open: the directory of an archive of many small files is read once, not once a file."""
    return zipfile.ZipFile(path)


@cache
def _standard_input() -> Path:
    """A copy of standard input, since it is read twice: once for its beginning. Removed at the end of the process."""
    with tempfile.NamedTemporaryFile(prefix="frictionary-", delete=False) as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
    path = Path(copy.name)
    atexit.register(path.unlink, missing_ok=True)
    return path


def _raw(path: Path) -> IO[bytes]:
    if path == STANDARD_INPUT:
        path = _standard_input()
    elif member := _member(path):
        return _archive(member[0]).open(member[1])
    return path.open("rb")


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, decompressed; seekable. Damage shows as an early end (see `damage`). Raises BadInput."""
    try:
        raw = _raw(path)
    except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path}: cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    with raw:
        opener = _opener(raw)
        if opener is None and path.is_file():
            yield raw
        else:
            with BufferedReader(_Mended(opener(raw) if opener else raw)) as stream:
                yield stream


@contextmanager
def open_text(path: Path, *, newline: str | None = None) -> Iterator[TextIO]:
    """UTF-8, or as a byte order mark says; what does not decode becomes U+FFFD. Raises BadInput."""
    with open_bytes(path) as stream:
        head = stream.read(4)
        stream.seek(0)
        encoding = next((name for bom, name in BOMS if head.startswith(bom)), "utf-8")
        with TextIOWrapper(stream, encoding=encoding, errors="replace", newline=newline) as text:
            yield text


def digest(path: Path) -> tuple[str, int]:
    """(SHA-256, size in bytes) of a file as it lies, or as it lies in its archive; ("", 0) where it cannot be read."""
    try:
        with _raw(path) as raw:
            found, size = hashlib.sha256(), 0
            while chunk := raw.read(1 << 20):
                found.update(chunk)
                size += len(chunk)
        return found.hexdigest(), size
    except DAMAGE:
        return "", 0


def damage(path: Path) -> str:
    """Why a compressed file cannot be read to its end; "" where it can, or is not compressed. Reads all of it."""
    size = 0
    with _raw(path) as raw:
        opener = _opener(raw)
        if opener is None and path.is_file():
            return ""
        try:
            with opener(raw) if opener else raw as stream:
                while chunk := stream.read(1 << 16):
                    size += len(chunk)
        except DAMAGE as error:
            return f"the compressed data is damaged after about {size:,} bytes ({error}); what lies before was read"
    return ""


def _opener(raw: IO[bytes]) -> Callable[[Any], Any] | None:
    try:
        head = raw.read(6)
        raw.seek(0)
    except DAMAGE:
        return None
    return next((opener for magic, opener in OPENERS if head.startswith(magic)), None)


class _Mended(RawIOBase):
    """A decompressed stream whose damage is its end, so that what lies before it is read."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read1(len(buffer))
        except DAMAGE:
            data = b""
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return int(self._stream.seek(offset, whence))
        except DAMAGE as error:
            raise OSError(f"the compressed data is damaged: {error}") from error

    def close(self) -> None:
        self._stream.close()
        super().close()
