"""Matching: which theme of a new discovery is one already known, so that its id lives on."""

from collections.abc import Mapping, Sequence

import numpy as np

SHARED = 0.3
"""Least overlap (members in both by members in either) at which two themes are one."""


def match(old: Mapping[str, str | None], segments: Sequence[str], labels: Sequence[int | None]) -> dict[int, str]:
    """Known ids by new label, one to one, for the most overlap in sum (Kuhn 1955, the Hungarian method).

    `old`: segment id to theme id of the run before; only segments that both runs know count. Overlap is Jaccard's.
    """
    from scipy.optimize import linear_sum_assignment

    pairs = [(old.get(s), label) for s, label in zip(segments, labels, strict=True) if s in old]
    ids = sorted({theme for theme, _ in pairs if theme is not None})
    if not ids or not (count := max((label for _, label in pairs if label is not None), default=-1) + 1):
        return {}
    row = {theme: place for place, theme in enumerate(ids)}
    table = np.zeros((len(ids) + 1, count + 1))
    for theme, label in pairs:
        table[len(ids) if theme is None else row[theme], count if label is None else label] += 1
    common = table[:-1, :-1]
    either = table[:-1].sum(axis=1)[:, None] + table[:, :-1].sum(axis=0)[None] - common
    overlap = common / np.maximum(either, 1)
    rows, columns = linear_sum_assignment(-overlap)
    return {int(c): ids[r] for r, c in zip(rows, columns, strict=True) if overlap[r, c] >= SHARED}
