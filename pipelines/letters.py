"""Dead letters: what could not be read, where and why, a line each, none twice."""

import json
import re
from pathlib import Path
from types import TracebackType
from typing import Any

from nlp.errors import BadRecord
from nlp.names import apart, mask
from nlp.people import people
from nlp.redaction import redact
from pipelines.sources import DeadRecord, address

SHOWN, AHEAD = 20, 1_000
"""Characters that are shown, and those that are masked for it: what is cut off in the middle is not known."""
Letter = dict[str, str | int]


class DeadLetters:
    """The file of dead letters, open for adding. A letter of the same file, record, field and reason is kept once."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = path.open("a+", encoding="utf-8", errors="replace")
        self._stream.seek(0)
        self._known: set[int] = set()
        line = "\n"
        for line in self._stream:
            self._known |= _keys(line)
        if not line.endswith("\n"):  # a run was killed while it wrote
            self._stream.write("\n")

    def add(self, bad: BadRecord, path: Path) -> None:
        letter = describe(bad, path)
        key = _key(letter)
        if key not in self._known:
            self._known.add(key)
            self._stream.write(json.dumps(letter, ensure_ascii=False) + "\n")

    def flush(self) -> None:
        self._stream.flush()

    def __enter__(self) -> "DeadLetters":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def describe(bad: BadRecord, path: Path) -> Letter:
    """Where, why, and the start of the value, masked."""
    file, record = (bad.file, bad.record) if isinstance(bad, DeadRecord) else (address(path), 0)
    return {"file": file, "record": record, "field": bad.field, "reason": bad.reason, "value": shown(bad.value)}


def shown(value: str) -> str:
    """The first 20 characters after masking by patterns and by the lists of names, every digit as #."""
    text = redact(value[:AHEAD])[0][:AHEAD]
    return re.sub(r"\d", "#", mask(text, apart(people(text)))[:SHOWN]).encode("utf-8", "replace").decode()


def _key(letter: dict[str, Any]) -> int:
    return hash(tuple(str(letter.get(part, "")) for part in ("file", "record", "field", "reason")))


def _keys(line: str) -> set[int]:
    try:
        letter = json.loads(line)
    except ValueError:
        return set()
    return {_key(letter)} if isinstance(letter, dict) else set()
