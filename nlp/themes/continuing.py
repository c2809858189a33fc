"""Continuing: themes known before go on at a new discovery, beside what is new, where they are as distinct as its own.

Evolutionary clustering (Chakrabarti, Kumar & Tomkins 2006) weighs how well themes fit what is there now against how far
they change what people know. Here the known ones go on as long as that costs hardly any distinctness.
"""

from collections.abc import Callable

import numpy as np

from nlp.encoder import Floats
from nlp.themes.assign import Places, nearest
from nlp.themes.tree import distinct

NEW = 0.35
"""Mean silhouette, against the nearest known centroid, from which a found theme is a new one and no part of that."""
KEPT = 1.0
"""Share of the distinctness of what is found anew that the known themes with the new ones must have to go on.
Both are chosen by `benchmarks/theme_continuing.py`."""

Settle = Callable[[Floats, Places], Floats]
"""Rows float32 (m, d) and their labels to centroids float32 (k, d)."""


def continued(shape: Floats, found: Floats, known: Floats, settle: Settle) -> Floats:
    """Centroids float32 (k, d) for the rows of `shape`, float32 (m, d): those of `known` and the new ones among those
    of `found` after they have settled; or all of `found`, where these tell the rows apart clearly better.

    known: float32 (j, d); rows of zeros are left out.
    """
    known = known[known.any(axis=1)]
    if not len(known) or not len(found):
        return found
    together = settle(shape, nearest(shape, np.concatenate([known, found[gains(shape, found, known) >= NEW]]))[0])
    own, fresh = (distinct(shape, nearest(shape, centres)[0]) for centres in (together, found))
    return together if len(together) and own >= KEPT * fresh else found


def gains(shape: Floats, found: Floats, known: Floats) -> Floats:
    """float32 (k,): how much better each of `found` fits its rows than the nearest of `known`, as the mean of their
    silhouettes between the two, -1..1: about 0 of a theme that is known, the more the less like any it is."""
    places, similar = nearest(shape, found)
    own, other = 1 - similar, 1 - nearest(shape, known)[1]
    silhouettes = (other - own) / np.maximum(np.maximum(own, other), 1e-9)
    counts = np.bincount(places, minlength=len(found))
    summed = np.bincount(places, weights=silhouettes, minlength=len(found))
    return np.asarray(summed / np.maximum(counts, 1), np.float32)
