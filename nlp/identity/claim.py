"""Claims: which identifiers a source says are one person's; decisions: what people say of two of them."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

STRONG = "id"
"""The company's own customer id: two of them are two customers until something says otherwise."""
NAME = "name"
"""Names are evidence beside others; alone they link nothing but what came under the name."""
KINDS = (STRONG, "email", "phone", "x", "order", "anonymous", NAME)
"""Of identifiers, the most telling first. A desk's or network's own id is of the kind "id/desk"."""
PERSON, MATCH, NAMESAKE = "person", "match", "name"
"""The sources of what people decided, what linkage by likeness found, and what a name tells within a household."""


@dataclass(frozen=True, slots=True)
class Claim:
    """That an identifier (a pseudonym) belongs to whom `record` speaks of, beside all others of that record."""

    record: str
    identifier: str
    source: str
    kind: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of two identifiers: link (they are one customer's) or unlink. The last word on two counts."""

    kind: Literal["link", "unlink"]
    one: str
    other: str
    at: datetime
    who: str = ""
    note: str = ""
    number: int = 0

    @property
    def pair(self) -> tuple[str, str]:
        return min(self.one, self.other), max(self.one, self.other)


@dataclass(frozen=True, slots=True)
class Match:
    """Two identifiers whose records are alike (Fellegi and Sunter); `weights` are log2 Bayes factors by field."""

    one: str
    other: str
    probability: float
    weights: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What was set aside: an identifier, or a record (kind "record"), that several customers claim. It links nobody."""

    node: str
    kind: str
    customers: tuple[str, ...]
    reason: str


def claims(identifiers: Iterable[tuple[str, str]], source: str) -> Iterator[Claim]:
    """One record's claims: (pseudonym, kind) each. The record is named after them: said twice, it is one."""
    known = dict(identifiers)
    if len(known) < 2:
        return
    record = record_of(known)
    for identifier, kind in known.items():
        yield Claim(record, identifier, source, kind)


def record_of(identifiers: Iterable[str]) -> str:
    """The name of the record that tells these identifiers."""
    return "r" + hashlib.sha256("|".join(sorted(identifiers)).encode()).hexdigest()[:20]


def kind_of(identifier: str) -> str:
    """Of "kind:value" the kind, with the desk of a desk's own id: "id:intercom/7" is of "id/intercom"."""
    kind, _, value = identifier.partition(":")
    desk, slash, _ = value.partition("/")
    return f"{kind}/{desk}" if kind == STRONG and slash else kind


def rank(kind: str) -> tuple[int, str]:
    """Orders kinds, the most telling first; a desk's ids come after the company's own."""
    base, _, desk = kind.partition("/")
    return (KINDS.index(base) if base in KINDS else len(KINDS), desk)
