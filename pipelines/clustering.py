"""Themes of a file of texts, without a store: read, masked, embedded, grouped, named, and told line by line."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp.encoder import Encoder, Floats, cohesion_of
from nlp.errors import BadInput, BadRecord, UnknownName
from nlp.redaction import mask_handles, redact
from nlp.themes.discover import Discovery
from nlp.themes.discover import discover as find
from nlp.themes.headlines import Headlines
from nlp.themes.suggestions import Suggest
from nlp.themes.theme import Theme
from nlp.themes.units import copies, speaks
from pipelines.naming import named
from pipelines.sources._records import DeadRecord, Options
from pipelines.sources.table import rows

UNREADABLE, EMPTY = "not readable", "without text"
ID = "id"
BATCH = 1024

Progress = Callable[[str, int, int | None], None]
"""(step, done, total where it is known)."""


@dataclass(frozen=True, slots=True)
class Texts:
    """n masked texts, each with its id. `skipped`: reason -> how many records were left out; `dead`: the unreadable."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    skipped: Mapping[str, int]
    dead: tuple[DeadRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Clustering:
    """`themes`, largest first, and what was found in the texts behind `ids`."""

    ids: tuple[str, ...]
    themes: tuple[Theme, ...]
    found: Discovery

    def lines(self) -> Iterator[dict[str, Any]]:
        """id, theme (or None), confidence 0..1 and name of each text, in the order of the file; no text."""
        for id, label, strength in zip(self.ids, self.found.labels, self.found.strengths.tolist(), strict=True):
            theme = None if label is None else self.themes[label]
            yield {
                "id": id,
                "theme": theme and theme.id,
                "confidence": round(strength, 4),
                "name": theme and theme.name,
            }


def read(path: Path, *, text: str, id: str | None = None) -> Texts:
    """The texts of the column `text` of a CSV, TSV, JSON lines or Parquet file, masked. The column `id` tells who they
    are; where none is given, the column "id" if there is one, and else the record's number from 1.

    Raises BadInput where there is no text at all, UnknownName for a column that a record lacks.
    """
    ids: list[str] = []
    texts: list[str] = []
    skipped: Counter[str] = Counter()
    dead: list[DeadRecord] = []
    for number, row in rows(path, Options()):
        if isinstance(row, BadRecord) or not isinstance(row, dict):
            bad = row if isinstance(row, BadRecord) else BadRecord("a record is an object with fields", "", str(row))
            dead.append(DeadRecord(bad.reason, bad.field, bad.value, str(path), number))
            skipped[UNREADABLE] += 1
            continue
        if missing := [name for name in (text, id) if name is not None and name not in row]:
            raise UnknownName.of(f"column (record {number} of {path})", missing[0], map(str, row))
        said = "" if row[text] is None else str(row[text]).strip()
        if said:
            ids.append(_id(row.get(id or ID), number))
            texts.append(mask_handles(redact(said)[0]))
        else:
            skipped[EMPTY] += 1
    if not texts:
        reasons = ", ".join(f"{count} {reason}" for reason, count in skipped.items()) or "it is empty"
        raise BadInput(f"{path}: no texts in the column {text!r}: {reasons}")
    return Texts(tuple(ids), tuple(texts), dict(skipped), tuple(dead))


def cluster(
    given: Texts,
    encoder: Encoder,
    *,
    headlines: Headlines | None = None,
    suggest: Suggest | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Clustering:
    """Themes of the texts, each as one whole: what lies over the encoder's length does not count."""
    report = progress or (lambda step, done, total: None)
    embeddings = _embedded(given.texts, encoder, report)
    report("themes", 0, 2)
    spoken = np.array([speaks(text) for text in given.texts], np.bool_)
    said = embeddings[copies(given.texts)] * spoken[:, None]  # a row of zeros is in no theme
    found = find(said, cohesion=cohesion_of(encoder), seed=seed)
    report("themes", 1, 2)
    numbers = [f"t{n}" for n in range(1, len(found.centroids) + 1)]
    places = [str(n) for n in range(len(given.ids))]
    themes = named(
        found, numbers, places, given.texts, embeddings, encoder=encoder, headlines=headlines, suggest=suggest
    )
    report("themes", 2, 2)
    return Clustering(given.ids, tuple(themes), found)


def write(clustering: Clustering, path: Path) -> None:
    """JSON lines, as a whole or not at all. Raises BadInput where the file cannot be written."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in clustering.lines())
        os.replace(part, path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written: {error.strerror}") from error


def _embedded(texts: Sequence[str], encoder: Encoder, report: Progress) -> Floats:
    parts: list[Floats] = []
    for start in range(0, len(texts), BATCH):
        report("embedding", start, len(texts))
        parts.append(encoder.encode(texts[start : start + BATCH]))
    report("embedding", len(texts), len(texts))
    return np.concatenate(parts)


def _id(value: Any, number: int) -> str:
    return str(number) if value is None or value == "" else str(value)
