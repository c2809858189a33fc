"""Fixes: whether a theme is told less since the day of a fix, against the other themes as control."""

from dataclasses import dataclass

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
    split = [int(row[a:b].sum()) for row in (own, other) for a, b in ((start, fixed), (fixed, end))]
    days = (max(0, fixed - start), max(0, end - fixed))
    before, after, others_before, others_after = split
    change = (others_after + MORE) / (others_before + MORE)
    expected = before * change
    growth = change * days[0] / days[1] if days[1] else 1.0
    known = Effect(EARLY, before, after, *days, expected, growth)
    if min(days) < SOONEST:
        return known
    if before < FEWEST or expected < FEWEST or others_before < FEWEST:
        return Effect(THIN, before, after, *days, expected, growth)
    scatter = _scatter(counts[:, start:fixed], place, controls)
    found = _against(before, after, others_before, others_after, scatter, seed)
    middle = (start + fixed) // 2
    early, late, others_early, others_late = (
        int(row[a:b].sum()) for row in (own, other) for a, b in ((start, middle), (middle, fixed))
    )
    earlier = _against(early, late, others_early, others_late, scatter, seed)
    return Effect(_verdict(found, earlier), before, after, *days, expected, growth, found)


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


def _against(before: int, after: int, others_before: int, others_after: int, scatter: float, seed: int) -> Ratio:
    draw = np.random.default_rng(seed)
    own = draw.beta(after / scatter + MORE, before / scatter + MORE, DRAWS)
    other = draw.beta(others_after + MORE, others_before + MORE, DRAWS)
    ratios = own / (1 - own) * (1 - other) / other
    low, high = np.quantile(ratios, (0.025, 0.975))
    value = (after + MORE) / (before + MORE) / ((others_after + MORE) / (others_before + MORE))
    return Ratio(float(value), float(low), float(high))
