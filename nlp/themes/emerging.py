"""Emerging and fading: themes whose share of late differs from all before by more than chance, over all themes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from nlp.themes.rates import Array, Ratio, dispersions, ratio, tails

EMERGING, FADING, STEADY, UNTOLD = "emerging", "fading", "steady", "too early"
WINDOWS = (1, 2, 4)
"""Latest periods that are compared with all before."""
PAST = 4
"""Periods before, at least; with fewer nothing is told."""
ALARMS = 0.05
"""Share of themes told by chance among those that are told; where nothing moves, of periods in which any is told."""
LEAST = 1.5
"""However sure, a theme that is not so many times as frequent, or as rare, is steady."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What a theme does of late: emerging, fading, steady, or too early to tell. `now` and `before`: its conversations
    and all, in the latest `periods` and before them. `ratio`: its share now by its share before, as these four have it
    (of no conversation half a one), with an interval. `p`: the chance of so much where nothing moves. `since`: the
    first day of those periods, where whoever counted them tells it."""

    kind: str
    ratio: Ratio | None = None
    periods: int = 0
    p: float = 1.0
    now: tuple[int, int] = (0, 0)
    before: tuple[int, int] = (0, 0)
    since: date | None = None


def movements(counts: Array, volume: Array) -> list[Movement]:
    """Of each theme. `counts`: (k, t), conversations of k themes in t periods, oldest first; `volume`: (t,), all
    conversations. The latest period may be unfinished: shares are compared, not counts.

    Exact two-sided tests of the latest one, two and four periods against all before (Bonferroni over the three), counts
    divided by their dispersion, as Farrington et al. 1996 do to tell outbreaks; Benjamini & Hochberg's procedure
    (1995) over the themes keeps false alarms under ALARMS. What emerging themes add is then no volume for the others,
    which would seem to fade.
    """
    if counts.shape[1] < PAST + 1:
        return [Movement(UNTOLD)] * len(counts)
    found = _judged(counts, volume, volume)
    risen = np.array([m.kind == EMERGING for m in found])
    if risen.any() and not risen.all():
        others = _judged(counts[~risen], _without(counts, volume, risen), volume)
        for k, movement in zip(np.flatnonzero(~risen).tolist(), others, strict=True):
            found[k] = movement
    return found


def _judged(counts: Array, volume: Array, whole: Array) -> list[Movement]:
    """`volume`: that which shares are tested in; `whole`: all conversations, which they are told in."""
    windows = [w for w in WINDOWS if counts.shape[1] - w >= PAST]
    scatter = dispersions(counts[:, : -max(windows)], volume[: -max(windows)])
    sides = np.stack([_sides(counts, volume, w, scatter) for w in windows])  # (windows, 2, k)
    best = sides.min(axis=1).argmin(axis=0)
    p = np.minimum(1.0, 2 * len(windows) * sides.min(axis=(0, 1)))
    told = significant(p)
    return [
        _movement(row, volume, whole, windows[best[k]], float(scatter[k]), float(p[k]), told=bool(told[k]))
        for k, row in enumerate(counts)
    ]


def _sides(counts: Array, volume: Array, window: int, scatter: Array) -> Array:
    """(2, k): the chance of so much more, and of so much less."""
    part = _latest(volume, window)
    if not 0 < part < 1:
        return np.ones((2, len(counts)))
    before, after = counts[:, :-window].sum(axis=1), counts[:, -window:].sum(axis=1)
    return np.stack(tails(before, after, part, scatter))


def _movement(
    row: Array, volume: Array, whole: Array, window: int, scatter: float, p: float, *, told: bool
) -> Movement:
    now, before = (_counted(row[part], whole[part]) for part in (slice(-window, None), slice(-window)))
    tested, shown = (_latest(of, window) for of in (volume, whole))
    if not 0 < tested < 1:
        return Movement(UNTOLD)
    kind, value = STEADY, ratio(before[0], now[0], tested, scatter).value
    if told and value >= LEAST:
        kind = EMERGING
    elif told and value <= 1 / LEAST and row[-window:].mean() <= row[:-window].mean():
        kind = FADING  # what is told more often than before is not, however much more else is told
    return Movement(kind, ratio(before[0], now[0], shown, scatter), window, p, now, before)


def _counted(row: Array, whole: Array) -> tuple[int, int]:
    return int(row.sum()), int(whole.sum())


def _latest(volume: Array, window: int) -> float:
    """The share 0..1 of the volume that is in the latest periods."""
    return float(volume[-window:].sum() / max(volume.sum(), 1))


def significant(p: Array, rate: float = ALARMS) -> Array:
    """bool (k,): Benjamini & Hochberg's step-up procedure."""
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
    found = np.zeros(len(p), bool)
    found[order[: passed[-1] + 1 if len(passed) else 0]] = True
    return found


def _without(counts: Array, volume: Array, risen: Array) -> Array:
    """(t,): the volume as it would be in the latest periods, had the emerging themes kept their share."""
    late = max(w for w in WINDOWS if counts.shape[1] - w >= PAST)
    own = counts[risen].sum(axis=0)
    share = min(own[:-late].sum() / max(volume[:-late].sum(), 1), 0.9)
    found = volume.astype(float)
    found[-late:] = np.maximum((volume - own)[-late:] / (1 - share), counts[~risen, -late:].max(axis=0))
    return found


def told(movements: Sequence[Movement], kind: str) -> list[int]:
    """Places of the themes of that kind, the largest movement first."""
    found = [(k, m.ratio.value) for k, m in enumerate(movements) if m.kind == kind and m.ratio]
    return [k for k, value in sorted(found, key=lambda item: item[1], reverse=kind == EMERGING)]
