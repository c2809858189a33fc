"""One day's conversations as columns of numbers: what each is, what themes it tells, what it may be chosen by."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = NDArray[Any]
NAMED = ("channel", "stage", "language", "intent", "source")
"""Columns of conversations that hold places in lists of names."""
CONVERSATION = np.dtype(
    [
        *(("at", "<i8"), ("customer", "<u8"), ("segments", "<u4"), ("friction", "<f8"), ("sentiment", "<f8")),
        *((name, "<u2") for name in NAMED),
        *((name, "u1") for name in ("scored", "first", "leaving", "unread")),
    ]
)
"""at: microseconds since 1970, UTC. customer: `hashed`, 0 of nobody known. first: 1; 0 where it tells again what
another told first. friction and sentiment are 0 where `scored` is, since the language is not known. leaving and unread
(in a language that is not known) are of first tellings alone."""
TELLING = np.dtype(
    [("row", "<u4"), ("theme", "<u2"), ("segments", "<u4"), ("friction", "<f8"), ("sentiment", "<f8"), ("counts", "u1")]
)
"""A conversation and theme that it tells: its row, the segments that tell it, sums over them. counts: 1, 0 where the
theme is told again."""
FACT = np.dtype([("row", "<u4"), ("fact", "<u4")])
Fact = tuple[str, str]
"""Kind and value: ("segment", "plan=yearly")."""


@dataclass(frozen=True, slots=True)
class Day:
    """conversations: CONVERSATION (n,), by time; tellings: TELLING (m,); facts: FACT (k,), each by row. `names` has
    what the columns NAMED, theme and fact hold places in."""

    conversations: Columns
    tellings: Columns
    facts: Columns
    names: Mapping[str, Sequence[Any]]

    def to_bytes(self) -> bytes:
        parts = (self.conversations, self.tellings, self.facts)
        head = json.dumps({"rows": [len(part) for part in parts], "names": self.names}).encode()
        return b"".join([len(head).to_bytes(4, "little"), head, *(part.tobytes() for part in parts)])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Day":
        start = 4 + int.from_bytes(data[:4], "little")
        head, parts = json.loads(data[4:start]), []
        for kind, rows in zip((CONVERSATION, TELLING, FACT), head["rows"], strict=True):
            parts.append(np.frombuffer(data, kind, rows, start))
            start += rows * kind.itemsize
        conversations, tellings, facts = parts
        return cls(conversations, tellings, facts, head["names"])


class Names:
    """Names and their places, in order of appearance."""

    def __init__(self, known: Iterable[Any] = ()) -> None:
        self._places = {name: place for place, name in enumerate(known)}

    def place(self, name: Any) -> int:
        return self._places.setdefault(name, len(self._places))

    def find(self, name: Any) -> int:
        """-1 of an unknown one, which no row has."""
        return self._places.get(name, -1)

    def places(self, names: Iterable[Any]) -> Columns:
        return np.array([self.place(name) for name in names], np.intp)

    def __iter__(self) -> Any:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def hashed(customer: str) -> int:
    """64 bits that tell customers apart: two of a million are taken for one once in 37 million stores."""
    return int.from_bytes(blake2b(customer.encode(), digest_size=8).digest(), "little") if customer else 0
