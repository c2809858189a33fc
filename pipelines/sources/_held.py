"""What cannot be opened twice by its name, held in a temporary file without one: a kill leaves nothing behind."""

import atexit
import os
import tempfile
from collections.abc import Callable, Hashable
from contextlib import suppress
from io import BufferedReader
from threading import Lock
from typing import IO

KEPT = 2
"""Copies held at a time: of an archive, and of a file within or beside it."""
_files: dict[Hashable, IO[bytes]] = {}
_lock = Lock()


def held(key: Hashable, fill: Callable[[IO[bytes]], None]) -> BufferedReader:
    """The bytes under `key`, from their start; `fill` writes what is not held yet. Raises what `fill` raises."""
    with _lock:
        if key not in _files:
            copy: IO[bytes] = tempfile.TemporaryFile(prefix="frictionary-")  # noqa: SIM115
            try:
                fill(copy)
                copy.flush()
            except BaseException:
                copy.close()
                raise
            while len(_files) >= KEPT:
                _files.pop(next(iter(_files))).close()
            if not _files:
                atexit.register(forget)
            _files[key] = copy
        again = os.fdopen(os.dup(_files[key].fileno()), "rb")
    again.seek(0)
    return again


def forget() -> None:
    """Let go of all that is held."""
    with _lock, suppress(OSError):
        while _files:
            _files.popitem()[1].close()
