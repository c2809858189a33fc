"""Rows of a CSV out of its lines, none eaten by a quote that another line opened."""

import csv
from collections import deque
from collections.abc import Iterator

from nlp.errors import BadRecord


class Lines:
    """The lines of a file for `csv.reader`, which can be taken back: those of a row that turns out not to be one.

    At most `limit` characters are held: a row that does not end within them never ends.
    """

    def __init__(self, lines: Iterator[tuple[int, str | BadRecord]], limit: int) -> None:
        self._lines, self._limit = lines, limit
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0
        self._large: list[BadRecord] = []

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if self._size > self._limit:
            raise StopIteration
        line = self._again.popleft() if self._again else self._fresh()
        self._taken.append(line)
        self._size += len(line)
        return line

    def rows(self, *, delimiter: str) -> Iterator[list[str] | BadRecord]:
        """Rows in order; for a line whose quote is not closed a BadRecord, and then the row of the next line."""
        reader = csv.reader(self, delimiter=delimiter, strict=True)
        while True:
            self._taken, self._size = [], 0
            try:
                row: list[str] | BadRecord = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                row = self._without_quotes(str(error), delimiter)
            yield from self._large
            self._large = []
            yield row
        yield from self._large

    def _fresh(self) -> str:
        """The next line, without null characters; one that is too large is reported instead."""
        for _, line in self._lines:
            if isinstance(line, BadRecord):
                self._large.append(line)
            else:
                return line.replace("\x00", "")
        raise StopIteration

    def _without_quotes(self, reason: str, delimiter: str) -> list[str] | BadRecord:
        """Of one line: its cells, read leniently. Of several: the first is at fault, the others are read anew."""
        first, *others = self._taken or [""]
        if not others and "end of data" not in reason:
            try:
                return next(csv.reader([first], delimiter=delimiter), [])
            except csv.Error as error:
                return BadRecord(f"not readable CSV: {error}", "record", first)
        self._again.extendleft(reversed(others))
        return BadRecord(
            f"a quote is opened here and not closed within its row and {self._limit:,} characters", "record", first
        )
