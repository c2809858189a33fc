"""Compressed streams: known by their beginning, read to their end or to where they are damaged or swell too far."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable
from io import RawIOBase
from typing import IO, Any

OPENERS: tuple[tuple[bytes, Callable[[Any], Any]], ...] = (
    (b"\x1f\x8b\x08", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lzma.open),
)
DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError)
SWELLS, FREE = 200, 64_000_000
"""So many times its size, and so many bytes beside, may be unpacked: texts take 5 to 20 times, bombs 1,000 and more."""


class Swollen(OSError):
    """What is packed takes more room than texts do."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"it unpacks to more than {limit:,} bytes, {SWELLS} times its size and more")


def opener(raw: IO[bytes]) -> Callable[[Any], Any] | None:
    """What unpacks a stream, by its beginning; None where it is not compressed, or cannot be read."""
    try:
        head = raw.read(6)
        raw.seek(0)
    except DAMAGE:
        return None
    return next((unpack for magic, unpack in OPENERS if head.startswith(magic)), None)


def room(packed: int) -> int:
    """How many bytes may come out of so many."""
    return FREE + SWELLS * packed


class Unpacked(RawIOBase):
    """An unpacked stream of at most `limit` bytes. What breaks it is its end, so that what lies before is read; with
    `strict` it is raised."""

    def __init__(self, stream: Any, limit: int, *, strict: bool = False) -> None:
        self._stream, self._limit, self._strict = stream, limit, strict

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read1(len(buffer))
            if data and self._stream.tell() > self._limit:
                raise Swollen(self._limit)
        except DAMAGE:
            if self._strict:
                raise
            data = b""
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return int(self._stream.seek(offset, whence))
        except DAMAGE as error:
            raise OSError(f"the compressed data is damaged: {error}") from error

    def tell(self) -> int:
        return int(self._stream.tell())

    def close(self) -> None:
        self._stream.close()
        super().close()
