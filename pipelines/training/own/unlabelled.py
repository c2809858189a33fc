"""Texts without a label, of which a company has many: what is taken of a file, and what each likely asks for.

A head that learnt the examples guesses. Then each guess is drawn towards those of the texts around it, since texts that
lie close together mostly ask for the same (Zhou et al. 2004, "Learning with Local and Global Consistency").
"""

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from nlp.encoder import Floats
from nlp.errors import BadInput, BadRecord, UnknownName
from nlp.head import Head
from nlp.redaction import mask_handles, redact
from pipelines.sources._records import Options
from pipelines.sources.table import rows
from pipelines.training.own.examples import UNREADABLE, Hashes, cell, hashes

WITHOUT = "without text"
MOST = 10_000
"""So many texts are learnt from; of more, these are drawn."""
AROUND = 8
"""Texts that a text's guess is drawn towards."""
DRAWN, STEPS = 0.8, 30
"""How far, at each step; after so many the guesses stay as they are."""
NARROW = 5.0
"""Multiplies the squared distance to a text around: how fast it counts for less."""


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """`texts`, masked as they are when the model serves: drawn of `different` ones that the file's `rows` hold, without
    those that are examples. `dropped`: reason -> the rows (from 1) that hold none."""

    texts: tuple[str, ...] = ()
    rows: int = 0
    different: int = 0
    dropped: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


class Beside(NamedTuple):
    """Texts without a label beside examples: their embeddings, float32 (m, d), and what is added to what speaks for
    intents that no example tells of when theirs are guessed (`described.py`)."""

    places: Floats
    more: float = 0.0


class Guesses(NamedTuple):
    """Of each text its likeliest class, numbers (n,), and how likely it is, float32 (n,), 0..1."""

    classes: Any
    likely: Any


def read(path: Path, *, text: str, learnt: Hashes, seed: int) -> Unlabelled:
    """CSV, TSV, JSON lines or Parquet; a row without a text is passed over. `learnt`: of the examples.

    Raises BadInput, and UnknownName for a column that no row has.
    """
    draw, known, kept = random.Random(seed), set(learnt.tolist()), list[str]()
    dropped: dict[str, list[int]] = defaultdict(list)
    count = different = 0
    missing: UnknownName | None = None
    for number, row in rows(path, Options()):
        count += 1
        if isinstance(row, BadRecord) or not isinstance(row, dict):
            dropped[UNREADABLE].append(number)
            continue
        if not (said := cell(row.get(text))):
            dropped[WITHOUT].append(number)
            if text not in row:
                missing = missing or UnknownName.of(f"column (record {number} of {path})", text, map(str, row))
        elif (key := int(hashes([said])[0])) not in known:
            known.add(key)
            different += 1
            place = len(kept) if len(kept) < MOST else draw.randrange(different)
            if place < MOST:  # each different text is as likely to be kept as any other (Vitter 1985, algorithm R)
                kept[place : place + 1] = [said]
    if missing and not different:
        raise missing
    masked = dict.fromkeys(mask_handles(redact(said)[0]) for said in kept)
    texts = tuple(said for said, new in zip(masked, ~np.isin(hashes(list(masked)), learnt), strict=True) if new)
    if not texts:
        raise BadInput(f"{path}: no texts in the column {text!r} that are not among the examples")
    return Unlabelled(texts, count, different, {reason: tuple(found) for reason, found in dropped.items()})


def spread(head: Head, x: Floats, y: Any, more: Floats) -> Guesses:
    """What `head` makes of `more`, float32 (m, d), drawn towards what is told around, by the examples that the head
    learnt, too: x, float32 (n, d), of the classes y (n,). All rows are of unit length."""
    told = np.zeros((len(x) + len(more), len(head.labels)))
    told[np.arange(len(x)), y] = 1
    told[len(x) :] = head.probabilities(more)
    near, found = around(np.vstack([x, more])), told
    for _ in range(STEPS):
        found = DRAWN * (near @ found) + (1 - DRAWN) * told
    found = found[len(x) :] / found[len(x) :].sum(axis=1, keepdims=True)
    return Guesses(found.argmax(axis=1), found.max(axis=1).astype(np.float32))


def around(places: Floats) -> csr_array:
    """How much each of n places, float32 (n, d), is drawn towards each other, (n, n): of its AROUND nearest, and of
    those that it is among the nearest of, by their distance; normalised by both."""
    from sklearn.neighbors import kneighbors_graph

    near = csr_array(kneighbors_graph(places, min(AROUND, len(places) - 1), mode="distance"))
    near.data = np.exp(-NARROW * near.data**2)
    near = near.maximum(near.T)
    root = 1 / np.sqrt(near.sum(axis=1))
    return csr_array(near.multiply(root[:, None]).multiply(root[None, :]))
