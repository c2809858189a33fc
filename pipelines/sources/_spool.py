"""What a reader must have in one place before it can tell it, kept on disk: memory stays the same at any size.

It lies in SQLite's temporary database without a name: what is small never reaches the disk, and a kill leaves nothing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nlp.errors import BadInput

CACHE = 4_000
"""KiB of pages held, and as much again by each sort that runs."""
TOGETHER = 100
"""Rows that a reader may hold to write or to read them together."""
PRAGMAS = ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", f"cache_size = -{CACHE}")


class Spool:
    """Tables of a temporary database. Texts are put in as `blob`, whose order is theirs."""

    def __init__(self, *tables: str) -> None:
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self.run, self.many = self._connection.execute, self._connection.executemany
        for statement in (*(f"PRAGMA {pragma}" for pragma in PRAGMAS), "BEGIN"):
            self.run(statement)
        for table in tables:
            self.run(f"CREATE TABLE {table}")

    def close(self) -> None:
        self._connection.close()


@contextmanager
def spool(path: Path, *tables: str) -> Iterator[Spool]:
    """For the reading of `path`. Raises BadInput where the folder of temporary files has no room for it."""
    made = Spool(*tables)
    try:
        yield made
    except sqlite3.Error as error:
        reason = f"no room for a temporary file to put it in order ({error}); let TMPDIR name a folder that has it"
        raise BadInput(f"{path}: {reason}") from error
    finally:
        made.close()


def blob(text: str) -> bytes:
    """Whatever is in it: halves of characters, too."""
    return text.encode("utf-8", "surrogatepass")


def text(blob: bytes) -> str:
    return blob.decode("utf-8", "surrogatepass")
