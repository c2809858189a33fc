"""Where a format's bytes come from: files, folders, patterns, compressed files, archives, standard input, S3."""

import codecs
import glob
import hashlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import IO, TextIO

from nlp.errors import BadInput
from pipelines.sources import _remote
from pipelines.sources._archives import Archive, Kept, archive
from pipelines.sources._held import held
from pipelines.sources._packed import DAMAGE, Unpacked, opener, room
from pipelines.sources._remote import address

STANDARD_INPUT = Path("-")
COMPRESSED = (".gz", ".bz2", ".xz")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def named(path: Path) -> Path:
    """The name that tells the format and the record: without .gz, .bz2, .xz."""
    return path.with_suffix("") if path.suffix.lower() in COMPRESSED else path


def exists(path: Path) -> bool:
    """Whether there is a file, a file within an archive, an object, or standard input."""
    return path == STANDARD_INPUT or _is_file(path) or _member(path) is not None


def files(paths: Iterable[Path]) -> list[Path]:
    """Files as they are; of folders, patterns (*, ?, **) and archives all files in order of name, but hidden ones.

    A file within an archive is named as if that were a folder: export.zip/tickets.jsonl; an object s3://bucket/key.
    An archive that cannot be read is itself in the list: reading it tells why.
    """
    return list(dict.fromkeys(file for path in paths for match in _matches(path) for file in _inside(match)))


def beside(path: Path) -> tuple[list[Path], object]:
    """(the files of the same folder or archive in order of name, what changes when they do)."""
    if member := _member(path):
        return [file for file in _members(member[0]) if file.parent == path.parent], _stamp(member[0])
    if _remote.is_remote(path):
        found = [file for file in _remote.below(path.parent) if file.parent == path.parent]
        return found, tuple(map(_remote.stamp, found))
    found = sorted(file for file in path.parent.iterdir() if file.is_file() and not _hidden(Path(file.name)))
    return found, path.parent.stat().st_mtime_ns


def _is_file(path: Path) -> bool:
    return _remote.exists(path) if _remote.is_remote(path) else path.is_file()


def _matches(path: Path) -> list[Path]:
    """What a pattern stands for; a path that is none, and a pattern that nothing matches, as it is."""
    if not glob.has_magic(str(path)) or exists(path) or path.is_dir():
        return [path]
    if _remote.is_remote(path):
        return _remote.matching(path) or [path]
    found = sorted(Path(match) for match in glob.glob(str(path), recursive=True))
    return [match for match in found if match.is_file() or "**" not in path.parts] or [path]


def _inside(path: Path) -> list[Path]:
    if _remote.is_remote(path) and not _remote.exists(path):
        below = _remote.below(path)
        depth = len(path.parts)
        shown = [file for file in below if not _hidden(Path(*file.parts[depth:]))]
        return [file for one in shown for file in (_listed(one) or [one])] or [path]
    if path.is_dir():
        shown = [p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p.relative_to(path))]
        return [file for one in shown for file in (_listed(one) or [one])]
    return _listed(path) or [path]


def _listed(path: Path) -> list[Path]:
    try:
        return _members(path)
    except BadInput:
        return []


def _members(path: Path) -> list[Path]:
    """Of an archive its files; [] for any other file. Raises BadInput where it cannot be read."""
    if path == STANDARD_INPUT or not _is_file(path):
        return []
    found = _archive(path)
    return [path / name for name in sorted(found.members) if not _hidden(Path(name))] if found else []


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


def _member(path: Path) -> tuple[Path, str] | None:
    """(archive, name within) of a path that leads into an archive."""
    if not _remote.is_remote(path) and path.is_file():
        return None
    for parent in path.parents:
        if len(parent.parts) > 2 * _remote.is_remote(parent) and parent.parts and _is_file(parent):
            name = path.relative_to(parent).as_posix()
            found = _archive(parent)
            return (parent, name) if found and name in found.members else None
    return None


def check(path: Path) -> None:
    """Raises BadInput where a file is an archive that cannot be read."""
    if path != STANDARD_INPUT and not _member(path) and _is_file(path):
        _archive(path)


def _archive(path: Path) -> Archive | None:
    return _opened(path, _stamp(path))


def _stamp(path: Path) -> object:
    if _remote.is_remote(path):
        return _remote.stamp(path)
    state = path.stat()
    return state.st_mtime_ns, state.st_size


@lru_cache(maxsize=4)
def _opened(path: Path, stamp: object) -> Archive | None:
    """Kept open: the directory of an archive of many small files is read once, not once a file."""
    return archive(address(path), Kept(_file(path).detach()), stamp)


def _file(path: Path) -> BufferedReader:
    return _remote.opened(path) if _remote.is_remote(path) else path.open("rb")


def _raw(path: Path) -> tuple[IO[bytes], int | None]:
    """(the bytes as they lie, how many may come out of them; None where they are a file's own)."""
    if path == STANDARD_INPUT:
        return held(STANDARD_INPUT, lambda copy: shutil.copyfileobj(sys.stdin.buffer, copy)), None
    if member := _member(path):
        found = _archive(member[0])
        assert found is not None
        return found.open(member[1])
    return _file(path), None


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, decompressed; seekable. Damage shows as an early end (see `damage`). Raises BadInput."""
    try:
        raw, limit = _raw(path)
    except DAMAGE as error:
        raise BadInput(f"{address(path)}: cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    with raw:
        unpack = opener(raw)
        if unpack is None and limit is None:
            yield raw
        else:
            most = limit if unpack is None and limit is not None else room(_size(raw))
            with BufferedReader(Unpacked(unpack(raw) if unpack else raw, most)) as stream:
                yield stream


def _size(raw: IO[bytes]) -> int:
    try:
        size = raw.seek(0, 2)
        raw.seek(0)
    except DAMAGE:
        return 0
    return size


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
    found, size = hashlib.sha256(), 0
    try:
        raw, _ = _raw(path)
        with raw:
            while chunk := raw.read(1 << 20):
                found.update(chunk)
                size += len(chunk)
    except (*DAMAGE, BadInput):
        return "", 0
    return found.hexdigest(), size


def damage(path: Path) -> str:
    """Why a compressed file cannot be read to its end; "" where it can, or is not compressed. Reads all of it."""
    size = 0
    try:
        check(path)
    except BadInput as error:
        return str(error).removeprefix(f"{address(path)}: ")
    raw, limit = _raw(path)
    with raw:
        unpack = opener(raw)
        if unpack is None and limit is None:
            return ""
        most = limit if unpack is None and limit is not None else room(_size(raw))
        try:
            with Unpacked(unpack(raw) if unpack else raw, most, strict=True) as stream:
                while chunk := stream.read(1 << 16):
                    size += len(chunk)
        except DAMAGE as error:
            return f"the compressed data is damaged after about {size:,} bytes ({error}); what lies before was read"
    return ""
