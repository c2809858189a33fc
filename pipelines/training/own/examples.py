"""Labelled texts of a file, checked and masked; what is left out is named with its rows."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.errors import BadInput, BadRecord, UnknownName
from nlp.redaction import mask_handles, redact
from pipelines.sources._records import Options
from pipelines.sources.table import rows

Hashes = npt.NDArray[np.uint64]
UNREADABLE, EMPTY, TWICE, TWO_LABELS = "not readable", "without text or label", "said before", "under two labels"
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Examples:
    """`texts`, masked as they are when the model serves, with their `labels` and the `rows` they come from (from 1).

    `dropped`: reason -> the rows left out.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    rows: tuple[int, ...]
    dropped: Mapping[str, tuple[int, ...]]

    @property
    def counts(self) -> dict[str, int]:
        """Label -> how many texts, by label."""
        return {label: self.labels.count(label) for label in sorted(set(self.labels))}

    @property
    def hashes(self) -> Hashes:
        """Of the texts, by which one that was learnt is known again: uint64 (n,)."""
        return hashes(self.texts)


def read(path: Path, *, text: str, label: str, known: Sequence[str] | None = None, least: int = 2) -> Examples:
    """CSV, TSV, JSON lines or Parquet. `known`: the labels there may be; `least`: how many there must be.

    A text said twice under one label counts once; one said under two labels not at all. Raises BadInput, and
    UnknownName for a column or a label, naming the rows.
    """
    given: list[tuple[int, str, str]] = []
    dropped: dict[str, list[int]] = defaultdict(list)
    for number, row in rows(path, Options()):
        if isinstance(row, BadRecord) or not isinstance(row, dict):
            dropped[UNREADABLE].append(number)
            continue
        if missing := [name for name in (text, label) if name not in row]:
            raise UnknownName.of(f"column (record {number} of {path})", missing[0], map(str, row))
        said, meant = cell(row[text]), cell(row[label])
        if said and meant:
            given.append((number, mask_handles(redact(said)[0]), meant))
        else:
            dropped[EMPTY].append(number)
    if not given:
        raise BadInput(f"{path}: no labelled texts in the columns {text!r} and {label!r}")
    _check_labels(path, given, known)
    kept = _once(given, dropped)
    numbers, texts, labels = zip(*kept, strict=True) if kept else ((), (), ())
    if len(set(labels)) < least:
        only = f"have the label {labels[0]!r}" if labels else "stand under two labels"
        raise BadInput(f"{path}: all texts {only}; at least {least} intents are needed, to be told from one another")
    return Examples(texts, labels, numbers, {reason: tuple(sorted(where)) for reason, where in dropped.items()})


def hashes(texts: Sequence[str]) -> Hashes:
    """Of what is said, whatever its case and spaces."""
    digests = (hashlib.blake2b(_plain(text).encode("utf-8", "replace"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), "<u8")


def named(numbers: Sequence[int]) -> str:
    """Rows for a person: the first few, and how many more."""
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return ", ".join(map(str, numbers[:SHOWN])) + more


def cell(value: Any) -> str:
    """A cell's text on one line, empty where there is none."""
    return "" if value is None else " ".join(str(value).split())


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _check_labels(path: Path, given: Sequence[tuple[int, str, str]], known: Sequence[str] | None) -> None:
    strange: dict[str, list[int]] = defaultdict(list)
    for number, _, meant in given:
        if known is not None and meant not in known:
            strange[meant].append(number)
    if strange:
        first, where = next(iter(strange.items()))
        others = f" (and {len(strange) - 1} more labels)" if len(strange) > 1 else ""
        raise UnknownName.of(f"label{others}, record {named(where)} of {path}:", first, known or ())


def _once(given: Sequence[tuple[int, str, str]], dropped: dict[str, list[int]]) -> list[tuple[int, str, str]]:
    meanings: dict[str, set[str]] = defaultdict(set)
    for _, said, meant in given:
        meanings[_plain(said)].add(meant)
    kept: dict[str, tuple[int, str, str]] = {}
    for number, said, meant in given:
        plain = _plain(said)
        if len(meanings[plain]) > 1:
            dropped[TWO_LABELS].append(number)
        elif plain in kept:
            dropped[TWICE].append(number)
        else:
            kept[plain] = (number, said, meant)
    return list(kept.values())
