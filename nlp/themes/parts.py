"""Parts: how a theme surely falls apart; the sub-themes of any, and of a loose one two themes in its place."""

from itertools import chain

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import Places
from nlp.themes.tree import LOOSE, Cut, cuts

FEWEST = 24
"""Different texts of a theme that is divided, at least."""
MOST = 6
"""Parts of one theme."""
STABLE, DISTINCT = 0.8, 0.1
"""A division comes back in other samples, and its parts lie apart."""
SURE = 0.9
"""A LOOSE theme is two themes, where two parts come back as surely as this."""


def parts(shape: Floats, labels: Places, *, least: int) -> Places:
    """For each row of `shape`, float32 (m, d), its part 0.. within its theme of `labels`, largest first; -1 where the
    theme is not divided, or the row is in none. `least`: the fewest texts of a part."""
    found = np.full(len(labels), -1, np.intp)
    for theme in range(labels.max(initial=-1) + 1):
        rows = np.flatnonzero(labels == theme)
        if cut := _division(shape[rows], least, MOST, STABLE):
            found[rows] = np.argsort(np.argsort(-cut.sizes, kind="stable"))[cut.labels]
    return found


def apart(shape: Floats, labels: Places, *, least: int) -> Places:
    """The `labels` of the rows of `shape`, those of each LOOSE theme that surely falls apart with a new one for one of
    its two parts."""
    found = labels.copy()
    for theme in range(labels.max(initial=-1) + 1):
        rows = np.flatnonzero(labels == theme)
        # of rows of unit length, the mean cosine to their centroid is the length of their mean
        if np.linalg.norm(shape[rows].mean(axis=0)) < LOOSE and (cut := _division(shape[rows], least, 2, SURE)):
            found[rows[cut.labels == 1]] = found.max() + 1
    return found


def _division(rows: Floats, least: int, most: int, stable: float) -> Cut | None:
    """The best one into `most` parts at most; None where the theme is small, or none is as `stable`."""
    if len(rows) < max(FEWEST, 2 * least):
        return None
    tried = chain.from_iterable(cuts(rows, fewest=2, most=min(most, len(rows) // least), least=least))
    sure = [cut for cut in tried if cut.mean(cut.stable) >= stable and cut.mean(cut.distinct) >= DISTINCT]
    return max((cut for cut in sure if cut.sizes.min() >= least), key=lambda cut: cut.merit, default=None)
