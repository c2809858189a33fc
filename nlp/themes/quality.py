"""Quality: what a discovery says of itself, and whether it may be relied on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from nlp.encoder import Floats

SMALL = 100
"""Segments that themes can be told of with some trust, at least."""
STABLE = 0.6
UNASSIGNED = 0.2
ALIKE = 0.9
"""Two names whose vectors are so near say the same."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Of one discovery, `run`, over `segments` segments.

    unassigned: share 0..1 in no theme. stability: 0..1, the mean of `stabilities` (theme id to 0..1) by size
    (`stability.py`). distinctness: share 0..1 of themes whose name no other's is like. duplicates: share 0..1 of
    segments that say what another says, word for word. drift, drift_p: `drift.py`, of what came since the discovery
    before. None where there is nothing to tell from. reasons: why it is not to be relied on; none where it is.
    """

    run: str
    at: datetime
    segments: int
    themes: int
    unassigned: float
    stability: float | None
    distinctness: float | None
    duplicates: float
    drift: float | None = None
    drift_p: float | None = None
    stabilities: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    @property
    def reliable(self) -> bool:
        return not self.reasons


def doubts(segments: int, themes: int, unassigned: float, stability: float | None, unread: int) -> tuple[str, ...]:
    """Why a discovery is not to be relied on. `unread`: segments without a vector to read."""
    said = {
        f"{segments} segments are few: {SMALL} and more tell themes": segments < SMALL,
        "no themes were found": not themes,
        f"{100 * unassigned:.0f} % of the segments are in no theme": unassigned > UNASSIGNED,
        "themes change where a fifth of the conversations is left out": stability is not None and stability < STABLE,
        f"{unread} segments have no vector of this model: annotate them anew": unread > 0,
    }
    return tuple(reason for reason, holds in said.items() if holds)


def distinctness(names: Floats) -> float | None:
    """Share of names that no other is like, None without any. `names`: float32 (k, d), vectors of unit length."""
    if not len(names):
        return None
    alike = names @ names.T
    np.fill_diagonal(alike, -1)
    return float((alike.max(axis=1) < ALIKE).mean())


def duplicates(texts: Sequence[str]) -> float:
    """Share of texts that say what another said before, but for case and spaces."""
    return 1 - len({" ".join(text.casefold().split()) for text in texts}) / len(texts) if texts else 0.0
