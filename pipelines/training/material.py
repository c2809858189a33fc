"""All texts that an encoder learns from as token ids, with all that is told of them, in one file: it can be taken to
where a GPU is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Target:
    """Of each text its class's number (of `kinds`), and how much it counts, 0 where unknown."""

    classes: Array
    weights: Array
    kinds: int


@dataclass(frozen=True, slots=True)
class Material:
    """Texts of several lessons: `tokens` uint16, one after another, and each text's number of them; the number of its
    lesson in `names`; what is told of it."""

    tokens: Array
    lengths: Array
    lesson: Array
    names: Sequence[str]
    targets: Mapping[str, Target]

    def save(self, path: Path) -> None:
        told = {f"{name}:{part}": getattr(t, part) for name, t in self.targets.items() for part in Target.__slots__}
        plain = {part: np.asarray(getattr(self, part)) for part in ("tokens", "lengths", "lesson", "names")}
        np.savez_compressed(path, **plain, **told)

    @classmethod
    def load(cls, path: Path) -> "Material":
        with np.load(path, allow_pickle=False) as file:
            told = {name.partition(":")[0] for name in file.files if ":" in name}
            targets = {
                name: Target(file[f"{name}:classes"], file[f"{name}:weights"], int(file[f"{name}:kinds"]))
                for name in sorted(told)
            }
            return cls(file["tokens"], file["lengths"], file["lesson"], file["names"].tolist(), targets)

    def padded(self) -> Array:
        """uint16 (n, most tokens), zeros behind each text."""
        table = np.zeros((len(self.lengths), int(self.lengths.max())), self.tokens.dtype)
        table[np.arange(table.shape[1]) < self.lengths[:, None]] = self.tokens
        return table

    def rows(self, *names: str) -> Array:
        """The numbers of the texts of some lessons."""
        return np.flatnonzero(np.isin(self.lesson, [self.names.index(name) for name in names]))

    def drawn(self, passes: Mapping[str, float], draw: np.random.Generator) -> Array:
        """The numbers of an epoch's texts: each of a lesson so many times; of 0.2, a fifth of them."""
        found = []
        for name, times in passes.items():
            own = self.rows(name)
            left = round(times * len(own))
            while left:
                found.append(draw.permutation(own)[:left])
                left -= len(found[-1])
        return np.concatenate(found)

    def batches(self, rows: Array, *, tokens: int, draw: np.random.Generator) -> Iterator[Array]:
        """`rows` in random order, in batches of texts of one length and about so many tokens."""
        rows = draw.permutation(rows)
        rows = rows[np.argsort(self.lengths[rows], kind="stable")]
        lengths = self.lengths[rows]
        found = []
        for own in np.split(rows, np.flatnonzero(np.diff(lengths)) + 1):
            size = max(1, tokens // int(self.lengths[own[0]]))
            found += [own[start : start + size] for start in range(0, len(own), size)]
        for number in draw.permutation(len(found)):
            yield found[number]
