"""Fixes: whether a theme is told less since the day of a fix, against the other themes as control."""

from dataclasses import dataclass, replace

import numpy as np

from nlp.themes.rates import MORE, Array, Ratio, dispersions

WORKED, UNSEEN, WORSE, UNCLEAR, EARLY, THIN = "worked", "no effect seen", "worse", "unclear", "too early", "too thin"
WINDOW = 56
"""Days that are looked at on each side of a fix, at most."""
WEEK = 7
SOONEST = 14
"""Days after a fix, and before it, at least."""
FEWEST = 8
"""Conversations before, and as many expected after, at least: fewer show no effect whatever it is."""
DRAWS = 20_000
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Effect:
    """A theme before and after a fix. `before`, `after`: its conversations in `days_before` and `days_after` days;
    `expected`: those after, had it gone as the other themes did. `ratio`: the change of its rate by the change of
    theirs (difference in differences of the logarithms), under 1 where the fix helped; `others`: their own change.
    `verdict`: one of the six words above; `ratio` is None where it is "too early" or "too thin".
    """

    verdict: str
    before: int
    after: int
    days_before: int
    days_after: int
    expected: float
    others: float
    ratio: Ratio | None = None


def effect(counts: Array, place: int, controls: Array, fixed: int, *, seed: int = 0) -> Effect:
    """Of a fix that shipped on the day `fixed` for the theme `place`.

    counts: int (k, d), conversations of k themes on d days. controls: bool (k,), the themes that no fix touched then.
    Interval: 95 % of the ratio of two odds with Jeffreys' priors, drawn from their Beta distributions; the theme's
    counts are divided by their dispersion. "unclear": it was falling, or rising, against the others already before.
    """
    start, end = max(0, fixed - WINDOW), min(counts.shape[1], fixed + WINDOW)
    own, other = counts[place], counts[controls].sum(axis=0)
    known = _counted(own, other, start, fixed, end)
    if min(known.days_before, known.days_after) < SOONEST:
        return known
    if min(known.before, known.expected, other[start:fixed].sum()) < FEWEST:
        return replace(known, verdict=THIN)
    scatter = _scatter(counts[:, start:fixed], place, controls)
    found, earlier = (
        _against(_split(own, *cut), _split(other, *cut), scatter, seed)
        for cut in ((start, fixed, end), (start, (start + fixed) // 2, fixed))
    )
    return replace(known, verdict=_verdict(found, earlier), ratio=found)


def _counted(own: Array, other: Array, start: int, fixed: int, end: int) -> Effect:
    before, after = _split(own, start, fixed, end)
    others_before, others_after = _split(other, start, fixed, end)
    change = (others_after + MORE) / (others_before + MORE)
    days = max(0, fixed - start), max(0, end - fixed)
    growth = change * days[0] / days[1] if days[1] else 1.0
    return Effect(EARLY, before, after, *days, before * change, growth)


def _split(row: Array, start: int, middle: int, end: int) -> tuple[int, int]:
    return int(row[start:middle].sum()), int(row[middle:end].sum())


def _verdict(found: Ratio, earlier: Ratio) -> str:
    if found.high < 1:
        return UNCLEAR if earlier.high < 1 else WORKED
    if found.low > 1:
        return UNCLEAR if earlier.low > 1 else WORSE
    return UNSEEN


def _scatter(counts: Array, place: int, controls: Array) -> float:
    """The theme's dispersion over the weeks before."""
    weeks = counts.shape[1] // WEEK
    weekly = counts[:, counts.shape[1] - weeks * WEEK :].reshape(len(counts), weeks, WEEK).sum(axis=2)
    rows = np.flatnonzero(controls | (np.arange(len(counts)) == place))
    found = dispersions(weekly[rows], weekly[rows].sum(axis=0))
    return float(found[rows == place][0])


def _against(own: tuple[int, int], other: tuple[int, int], scatter: float, seed: int) -> Ratio:
    """The change of `own`, counts before and after, by that of the `other` ones."""
    draw, (before, after) = np.random.default_rng(seed), own
    share = draw.beta(after / scatter + MORE, before / scatter + MORE, DRAWS)
    usual = draw.beta(other[1] + MORE, other[0] + MORE, DRAWS)
    ratios = share / np.maximum(1 - share, TINY) * (1 - usual) / np.maximum(usual, TINY)
    low, high = np.quantile(ratios, (0.025, 0.975))
    value = (after + MORE) / (before + MORE) / ((other[1] + MORE) / (other[0] + MORE))
    return Ratio(float(value), float(low), float(high))
