"""ZIP and tar archives, read like folders: nothing is unpacked onto the disk under a name of theirs."""

import shutil
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import PurePosixPath
from typing import IO, Any

from nlp.errors import BadInput
from pipelines.sources._held import held
from pipelines.sources._packed import DAMAGE, Unpacked, opener, room

OFFICE = "[Content_Types].xml"
MOST = 1_000_000
"""Members of one archive; one that has more is refused."""
ZIP, TAR = b"PK\x03\x04", b"ustar"
BROKEN = (*DAMAGE, tarfile.TarError, ValueError, KeyError, IndexError)


class Kept(BufferedReader):
    """Closed when nobody reads it any more."""

    def __del__(self) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Archive:
    """`members`: the name by which a file within is asked for -> where it lies."""

    stream: IO[bytes]
    zipped: zipfile.ZipFile | None
    members: dict[str, Any]

    def open(self, name: str) -> tuple[IO[bytes], int]:
        """(the bytes of a member, how many may come out of them)."""
        where = self.members[name]
        if self.zipped:
            return self.zipped.open(where), room(where.compress_size)
        return BufferedReader(_Slice(self.stream, *where)), room(where[1])


def archive(name: str, stream: IO[bytes], stamp: object) -> Archive | None:
    """What a file is if it is an archive, None where it is none, or a workbook; `stamp` changes when the file does.

    The stream stays open. Raises BadInput where it is one and cannot be read, or has too many members.
    """
    head, unpack = stream.read(262), opener(_rewound(stream))
    stream.seek(0)
    try:
        if head.startswith(ZIP):
            return _zip(stream)
        if unpack:
            with Unpacked(unpack(stream), room(len(head))) as start:
                head = start.read(262) or b""
            stream.seek(0)
        if head[257:262] != TAR:
            return None
        return _tar(Kept(_unpacked(name, stream, unpack, stamp).detach()) if unpack else stream)
    except BROKEN as error:
        raise BadInput(f"{name}: the archive cannot be read: {error}") from error


def _rewound(stream: IO[bytes]) -> IO[bytes]:
    stream.seek(0)
    return stream


def _zip(stream: IO[bytes]) -> Archive | None:
    found = zipfile.ZipFile(stream)
    if OFFICE in found.NameToInfo:
        return None
    infos = (info for info in found.infolist() if not info.is_dir())
    return Archive(stream, found, _named((info.filename, info) for info in infos))


def _tar(stream: IO[bytes]) -> Archive:
    """Files alone: links and devices are passed over."""
    with tarfile.open(fileobj=stream, mode="r:") as tar:
        files = ((info.name, (info.offset_data, info.size)) for info in tar if info.isreg() and not info.issparse())
        return Archive(stream, None, _named(files))


def _unpacked(name: str, stream: IO[bytes], unpack: Any, stamp: object) -> BufferedReader:
    """The tar within a compressed file, held: its members cannot be reached otherwise without unpacking anew."""
    stream.seek(0, 2)
    limit = room(stream.tell())
    stream.seek(0)

    def fill(copy: IO[bytes]) -> None:
        with Unpacked(unpack(stream), limit, strict=True) as whole:
            shutil.copyfileobj(whole, copy)

    return held((name, stamp), fill)


def _named(files: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """By names that stay within the archive's own: "/etc/passwd" and "../x" are etc/passwd and x."""
    found: dict[str, Any] = {}
    for name, where in files:
        parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
        if parts:
            found["/".join(parts)] = where
        if len(found) > MOST:
            raise BadInput(f"more than {MOST:,} files in one archive")
    return found


class _Slice(RawIOBase):
    """A part of a stream, by offset and size."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        self._stream, self._start, self._size, self._at = stream, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._stream.seek(self._start + self._at)
        data = self._stream.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def tell(self) -> int:
        return self._at
