"""Density: which texts lie where others crowd, and which themes in one crowd, by HDBSCAN over several UMAPs."""

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import Places
from nlp.themes.map import reduced
from nlp.themes.neighbours import Near

Crowds = np.ndarray[tuple[int, int], np.dtype[np.intp]]
"""(RUNS, m): the crowd 0.. of each row on each map, -1 for none."""
RUNS = 3
"""Maps that are drawn; on one of them a text has to lie in a crowd."""
DIMENSIONS, EPOCHS = 5, 200
CROWD, CLOSE = 10, 5
"""The fewest texts of a crowd, and the neighbours that tell how close texts lie (HDBSCAN's `min_samples`)."""
TOGETHER, LARGE, WIDEST = 0.5, 4 * CROWD, 0.2
"""Probability that a text of one theme and one of another lie in one crowd, from which on both are one theme; the
fewest texts of either; and the share of all texts beyond which a crowd tells nothing."""
ENOUGH = 40
"""Fewer crowded texts than this tell nothing of themes: then all do."""


def crowds(rows: Floats, near: Near, *, least: int) -> Crowds:
    """The clusters that HDBSCAN (Campello, Moulavi & Sander 2013) puts the rows, float32 (m, d), into. `least`: the
    fewest texts of a theme. The maps have seeds of their own: the same rows give the same crowds."""
    from sklearn.cluster import HDBSCAN

    found = np.full((RUNS, len(rows)), -1, np.intp)
    for run in range(RUNS):
        low = reduced(rows, near, seed=run, n_components=DIMENSIONS, min_dist=0.0, n_epochs=EPOCHS)
        model = HDBSCAN(min_cluster_size=min(CROWD, 2 * least), min_samples=CLOSE, copy=True)
        found[run] = model.fit_predict(low)
    return found


def crowded(found: Crowds) -> Places:
    """Places of the rows that are in one of the `crowds` on at least one map: the texts that shape themes. What hardly
    anybody says is in none."""
    places: Places = np.flatnonzero((found >= 0).any(axis=0))
    return places if len(places) >= ENOUGH else np.arange(found.shape[1])


def together(labels: Places, found: Crowds) -> Places:
    """Labels 0.. of m rows in which themes that lie in one crowd are one. `labels`: of a cut; `found`: the rows'
    crowds.

    Ward's criterion parts what many say before it parts small things (it minimises squares over texts); where there is
    a valley between two crowds, size does not matter. Where a crowded text of one theme and one of another lie in the
    same crowd with a probability of TOGETHER, on average over the maps, there is none between them: those that do most
    surely are joined first. Themes of less than LARGE texts are left alone, which may be one crowd for want of texts,
    and a crowd of more than WIDEST of all is a field, no matter.
    """
    count = int(labels.max()) + 1
    sizes, of = np.bincount(labels, minlength=count), np.arange(count)
    tables = [_table(labels, found[run], count) for run in range(RUNS)]
    while len(large := np.flatnonzero(sizes >= LARGE)) > 1:
        shares = [table[large] / np.maximum(table[large].sum(axis=1, keepdims=True), 1) for table in tables]
        same = np.mean([own @ own.T for own in shares], axis=0)
        np.fill_diagonal(same, 0)
        if same.max() < TOGETHER:
            break
        one, other = (large[place] for place in np.unravel_index(same.argmax(), same.shape))
        for table in tables:
            table[one] += table[other]
        sizes[one], sizes[other] = sizes[one] + sizes[other], 0
        of[of == other] = one
    joined: Places = np.unique(of[labels], return_inverse=True)[1]
    return joined


def _table(labels: Places, crowd: Places, count: int) -> Floats:
    """float32 (count, crowds): how many of each label's rows each crowd of a map holds, 0 where it is too wide."""
    found = np.zeros((count, int(crowd.max()) + 1), np.float32)
    inside = crowd >= 0
    np.add.at(found, (labels[inside], crowd[inside]), 1)
    return np.where(found.sum(axis=0) > WIDEST * len(crowd), 0, found)
