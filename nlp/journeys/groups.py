"""Groups: figures over runs of neighbouring items that belong to one row each; empty rows have none."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Groups:
    """Items of `size` rows. `rows` int64 (n,), never falling: the row of each item.

    Columns are arrays (n,), in the order of the items; a figure is an array (size,). Sums run in that order, so that a
    row's figure does not depend on others.
    """

    rows: Array
    size: int

    def where(self, mask: Array) -> "Groups":
        """Those items alone; columns must be cut alike."""
        return Groups(self.rows[mask], self.size)

    def counts(self) -> Array:
        return np.bincount(self.rows, minlength=self.size)

    def sums(self, column: Array) -> Array:
        return np.bincount(self.rows, np.asarray(column, np.float64), self.size)

    def means(self, column: Array) -> Array:
        """NaN for an empty row."""
        return ratio(self.sums(column), self.counts())

    def least(self, column: Array) -> Array:
        """The smallest of each row; NaN for an empty one."""
        found = np.full(self.size, np.nan)
        if starts := self._starts().tolist():
            found[self.rows[starts]] = np.minimum.reduceat(column, starts)
        return found

    def last(self, column: Array, *, otherwise: Any) -> Array:
        return self._one(column, self._starts(end=True), otherwise)

    def first(self, column: Array, *, otherwise: Any) -> Array:
        return self._one(column, self._starts(), otherwise)

    def trend(self, column: Array) -> Array:
        """Mean of the later half less that of the earlier one, the middle of an odd number left out; NaN under two."""
        counts = self.counts()
        place, half = np.arange(len(self.rows)) - (np.cumsum(counts) - counts)[self.rows], (counts // 2)[self.rows]
        early, late = place < half, place >= counts[self.rows] - half
        return self.where(late).means(column[late]) - self.where(early).means(column[early])

    def distinct(self, codes: Array) -> Array:
        """How many different codes each row has."""
        most = int(codes.max(initial=0)) + 1
        return np.bincount(np.unique(self.rows * most + codes) // most, minlength=self.size)

    def commonest(self, codes: Array) -> tuple[Array, Array]:
        """(the code that a row has most often, of equals the latest, -1 for an empty row; how often)."""
        if not len(codes):
            return np.full(self.size, -1), np.zeros(self.size, np.int64)
        order = np.lexsort((codes, self.rows))
        rows, sorted_codes = self.rows[order], codes[order]
        starts = np.flatnonzero(np.r_[True, (np.diff(rows) != 0) | (np.diff(sorted_codes) != 0)])
        often, latest = np.diff(np.r_[starts, len(rows)]), np.maximum.reduceat(order, starts)
        best = np.lexsort((latest, often, rows[starts]))
        found = Groups(rows[starts][best], self.size)
        return (
            found.last(sorted_codes[starts][best], otherwise=-1),
            found.last(often[best], otherwise=0),
        )

    def _starts(self, *, end: bool = False) -> Array:
        """The place of each row's first item, or of its last one."""
        change, edge = self.rows[1:] != self.rows[:-1], np.array([len(self.rows) > 0])
        return np.flatnonzero(np.concatenate([change, edge] if end else [edge, change]))

    def _one(self, column: Array, places: Array, otherwise: Any) -> Array:
        found = np.full(self.size, otherwise, np.result_type(column, type(otherwise)))
        found[self.rows[places]] = column[places]
        return found


def ratio(part: Array, whole: Array) -> Array:
    """NaN where the whole is 0."""
    found: Array = np.divide(part, whole, out=np.full(len(part), np.nan), where=np.asarray(whole) != 0)
    return found
