"""Parts: sub-themes of a theme, where its texts fall apart surely."""

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import Places
from nlp.themes.tree import Cut, cuts

FEWEST = 24
"""Different texts of a theme that is divided, at least."""
MOST = 6
"""Parts of one theme."""
STABLE, DISTINCT = 0.8, 0.1
"""A division comes back in other samples, and its parts lie apart."""


def parts(shape: Floats, labels: Places, *, least: int) -> Places:
    """For each row of `shape`, float32 (m, d), its part 0.. within its theme of `labels`, largest first; -1 where the
    theme is not divided, or the row is in none. `least`: the fewest texts of a part."""
    found = np.full(len(labels), -1, np.intp)
    for theme in range(labels.max(initial=-1) + 1):
        rows = np.flatnonzero(labels == theme)
        if len(rows) >= max(FEWEST, 2 * least) and (cut := _division(shape[rows], least)):
            sizes = np.bincount(cut.labels)
            found[rows] = np.argsort(np.argsort(-sizes, kind="stable"))[cut.labels]
    return found


def _division(rows: Floats, least: int) -> Cut | None:
    tried = cuts(rows, fewest=2, most=min(MOST, len(rows) // least))
    sure = [c for c in tried if c.stable >= STABLE and c.distinct >= DISTINCT and np.bincount(c.labels).min() >= least]
    return max(sure, key=lambda cut: cut.merit, default=None)
