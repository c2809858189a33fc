"""Density: which texts lie where others crowd, by HDBSCAN over UMAP from several seeds."""

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import Places
from nlp.themes.map import reduced
from nlp.themes.neighbours import Near

RUNS = 3
"""Maps that are drawn; on one of them a text has to lie in a crowd."""
DIMENSIONS, EPOCHS = 5, 200
CROWD, CLOSE = 10, 5
"""The fewest texts of a crowd, and the neighbours that tell how close texts lie (HDBSCAN's `min_samples`)."""
ENOUGH = 40
"""Fewer crowded texts than this tell nothing of themes: then all do."""


def crowded(rows: Floats, near: Near, *, least: int) -> Places:
    """Places of the rows, float32 (m, d), that HDBSCAN (Campello, Moulavi & Sander 2013) puts into a cluster on at
    least one of RUNS maps: the texts that shape themes. What hardly anybody says is in none. `least`: the fewest texts
    of a theme. The maps have seeds of their own: the same rows give the same places."""
    from sklearn.cluster import HDBSCAN

    found = np.zeros(len(rows), bool)
    for run in range(RUNS):
        low = reduced(rows, near, seed=run, n_components=DIMENSIONS, min_dist=0.0, n_epochs=EPOCHS)
        model = HDBSCAN(min_cluster_size=min(CROWD, 2 * least), min_samples=CLOSE, copy=True)
        found |= model.fit_predict(low) >= 0
    places: Places = np.flatnonzero(found)
    return places if len(places) >= ENOUGH else np.arange(len(rows))
