"""Features as columns of numbers for trees: names become a column each, what is not defined NaN."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.errors import BadModel
from nlp.journeys.dictionary import FEATURES
from nlp.journeys.features import Table
from nlp.journeys.groups import Array

LATE = ("open_themes", "themes_90d", "theme_top_90d", "theme_repeats_90d")
"""Known only from the discovery of themes on: those learnt from would not be those served."""
CATEGORIES, SHARE = 20, 0.005
"""At most so many names of a feature get a column, each of at least that share of the rows."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """The features used, in order; of those that are names, which names have a column. `columns`: (feature, name), the
    name "" for a number."""

    columns: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, table: Table) -> "Encoding":
        """Made for the rows to learn from: a name needs to be frequent enough there."""
        columns: list[tuple[str, str]] = []
        for feature in FEATURES:
            if feature.name in LATE:
                continue
            if feature.kind is not str:
                columns.append((feature.name, ""))
                continue
            names, counts = np.unique([str(value or "") for value in table[feature.name]], return_counts=True)
            often = sorted(zip(-counts, names, strict=True))[:CATEGORIES]
            columns += [(feature.name, str(name)) for count, name in often if name and -count >= SHARE * counts.sum()]
        return cls(tuple(columns))

    def matrix(self, table: Table) -> Array:
        """float64 (n, columns); 1 and 0 for names. Raises BadModel for a feature that is no longer made."""
        if strange := [feature for feature, _ in self.columns if feature not in table]:
            raise BadModel(f"it needs the feature {strange[0]!r}, which this version does not make: train it anew")
        found = [
            np.asarray(table[feature] == name if name else table[feature], np.float64) for feature, name in self.columns
        ]
        return np.column_stack(found)

    def groups(self, used: set[int]) -> dict[str, list[int]]:
        """Of each feature with a used column all its columns."""
        of: dict[str, list[int]] = {}
        for place, (feature, _) in enumerate(self.columns):
            of.setdefault(feature, []).append(place)
        return {feature: places for feature, places in of.items() if used & set(places)}


def reference(matrix: Array, columns: Sequence[tuple[str, str]]) -> Array:
    """A typical row, float64 (columns,): medians of numbers, NaN where most have none; of names the most frequent."""
    unknown = np.isnan(matrix)
    found = np.full(matrix.shape[1], np.nan)
    mostly = unknown.mean(axis=0) <= 0.5
    found[mostly] = np.nanmedian(matrix[:, mostly], axis=0)
    best: dict[str, int] = {}
    for place, (feature, name) in enumerate(columns):
        if name:
            found[place] = 0.0
            if feature not in best or matrix[:, place].sum() > matrix[:, best[feature]].sum():
                best[feature] = place
    found[list(best.values())] = 1.0
    return found
