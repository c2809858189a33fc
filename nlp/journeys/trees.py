"""Boosted trees as plain arrays: what a forecast is computed from, without the library that grew them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.errors import BadModel
from nlp.journeys.groups import Array

LEAF = -1
ROWS = 2_000
"""Walked through the trees at a time."""
FIELDS = {"feature": np.int32, "threshold": np.float64, "left": np.int32, "right": np.int32, "missing_left": np.bool_}
FIELDS |= {"value": np.float64, "roots": np.int32, "baseline": np.float64}


@dataclass(frozen=True, slots=True)
class Trees:
    """All nodes of all trees, one after the other. feature int32 (nodes,), LEAF for a leaf; threshold float64: up to it
    a row goes `left`, else `right` (int32, nodes); missing_left bool: where it goes without a value; value float64, of
    leaves. roots int32 (rounds, classes): the first node of each tree. baseline float64 (classes,).
    """

    feature: Array
    threshold: Array
    left: Array
    right: Array
    missing_left: Array
    value: Array
    roots: Array
    baseline: Array

    def margins(self, rows: Array) -> Array:
        """float64 (n, classes) from float64 (n, d), NaN for missing: the baseline and every tree's leaf, summed."""
        parts = [self._margins(rows[n : n + ROWS]) for n in range(0, len(rows), ROWS)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.baseline)))

    def _margins(self, rows: Array) -> Array:
        node = np.broadcast_to(self.roots.ravel(), (len(rows), self.roots.size)).copy()
        number = np.arange(len(rows))[:, None]
        while (inner := self.feature[node] != LEAF).any():
            value = rows[number, np.maximum(self.feature[node], 0)]
            left = np.where(np.isnan(value), self.missing_left[node], value <= self.threshold[node])
            node = np.where(inner, np.where(left, self.left[node], self.right[node]), node)
        leaves: Array = self.value[node].reshape(len(rows), *self.roots.shape)
        found: Array = self.baseline + leaves.sum(axis=1)
        return found

    def used(self) -> set[int]:
        """The columns that any tree asks for."""
        return set(self.feature.tolist()) - {LEAF}

    def arrays(self) -> dict[str, Array]:
        return {name: getattr(self, name) for name in FIELDS}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Any], *, columns: int) -> "Trees":
        """Raises BadModel where a number leads out of the arrays, or back: a walk must end at a leaf."""
        trees = cls(**{name: np.asarray(arrays[name], kind) for name, kind in FIELDS.items()})
        nodes, inner = np.arange(len(trees.feature)), trees.feature != LEAF
        ahead = (trees.left > nodes) & (trees.right > nodes) & (np.maximum(trees.left, trees.right) < len(nodes))
        inside = (trees.feature >= LEAF) & (trees.feature < columns)
        whole = len({len(getattr(trees, name)) for name in list(FIELDS)[:6]}) == 1 and trees.roots.ndim == 2
        if not (whole and np.all(ahead | ~inner) and inside.all() and np.all(trees.roots >= 0)):
            raise BadModel("its trees lead nowhere: train the forecasts anew")
        if trees.roots.max(initial=-1) >= len(nodes) or trees.baseline.shape != trees.roots.shape[1:]:
            raise BadModel("its trees do not fit its classes: train the forecasts anew")
        return trees
