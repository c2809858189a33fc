"""What a theme costs, how it moves and what fixes did, in sentences: for pages, the terminal and the API."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from nlp.themes.emerging import EMERGING, FADING, UNTOLD, Movement
from nlp.themes.fixes import EARLY, SOONEST, THIN, UNCLEAR, UNSEEN, WORKED, Effect
from nlp.themes.impact import Impact
from nlp.themes.rates import Ratio
from nlp.themes.trend import Change
from pipelines.costs import impact
from pipelines.movements import Course, course, fixed
from pipelines.stores.protocols import Store

SCORES = {
    "friction": ("mean friction", 1, 1.0, ""),
    "sentiment": ("mean sentiment", 3, 1.0, ""),
    "repeat": ("the share of customers who write again within a week", 1, 100.0, " points"),
    "csat": ("the mean CSAT", 2, 1.0, ""),
    "satisfaction": ("mean satisfaction", 2, 1.0, ""),
    "recommendation": ("the mean likelihood to recommend", 2, 1.0, ""),
    "effort": ("the mean effort score", 2, 1.0, ""),
}
"""Score -> its words, decimals, factor and unit."""
STAYED = 0.1
"""Other themes whose conversations changed by less stayed."""


def bearing(store: Store, id: str, scores: Sequence[str] = (), period: str = "week") -> list[str]:
    """How a theme moves, where it changed, what it costs and what its fixes did, a sentence each."""
    found = course(store, period=period)
    changes = [changed(c, found) for c in found.changes[id]]
    costly = costs(impact(store, scores or None), id).values()
    return [
        moved(found.moves[id]),
        *changes,
        *costly,
        *(sentence(f.fix.day, f.effect) for f in fixed(store, theme=id)),
    ]


def figures(row: Mapping[str, Any]) -> str:
    """What `movements.ranked` says of a theme: "52 conversations of 43 customers, 13.3 % of all; friction 58, …"."""
    told = (
        f"{row['conversations']:,} conversations of {row['customers']:,} customers, {100 * row['share']:.1f} % of all"
    )
    means = f"friction {row['friction']:.0f}, pain {row['pain']:.1f}, sentiment {row['sentiment']:+.2f}"
    return f"{told}; {means}; {row['leaving']:,} at risk of leaving; mostly at the stage {row['stage']}"


def changed(change: Change, of: Course) -> str:
    """ "from 8 June 2026 on 27.8 % of all conversations, 0.4 % before"."""
    start = day(of.periods[change.place])
    return f"from {start} on {100 * change.after:.1f} % of all conversations, {100 * change.before:.1f} % before"


def day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"


def moved(m: Movement) -> str:
    """ "5.1 times as frequent since 5 October 2026 as before (2.7 to 9.8): in 20 of 73 conversations, 17 of 317
    before"; a steady theme is told so."""
    if m.ratio is None or m.since is None or m.kind == UNTOLD:
        return "too early to tell whether it grows"
    if m.kind not in (EMERGING, FADING):
        return "steady"
    r = m.ratio
    times = (r.value, r.low, r.high) if m.kind == EMERGING else (1 / r.value, 1 / r.high, 1 / max(r.low, 1e-6))
    value, low, high = map(_times, times)
    how = "frequent" if m.kind == EMERGING else "rare"
    counts = f"in {_of(m.now)} conversations, {_of(m.before)} before"
    return f"{value} times as {how} since {day(m.since)} as before ({low} to {high}): {counts}"


def _of(counts: tuple[int, int]) -> str:
    return f"{counts[0]:,} of {counts[1]:,}"


def short(m: Movement) -> str:
    """ "up ×5.1", "down ÷3.0" or nothing."""
    if m.ratio is None or m.kind not in (EMERGING, FADING):
        return ""
    return f"up ×{_times(m.ratio.value)}" if m.kind == EMERGING else f"down ÷{_times(1 / m.ratio.value)}"


def _times(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}" if value < 100 else "over 100"


def cost(score: str, found: Impact) -> str:
    """ "Without these conversations mean friction would be 2.4 lower (between 1.5 and 3.4)"."""
    words, digits, factor, unit = SCORES.get(score, (f"the mean {score.replace('_', ' ')}", 2, 1.0, ""))
    if found.change is None:
        return f"{words[:1].upper()}{words[1:]}: no other conversation has one"
    change = _signed(found.change * factor, digits, unit)
    if found.low is None or found.high is None:
        return f"Without these conversations {words} would be {change}; too few customers tell it for an interval"
    low, high = found.low * factor, found.high * factor
    if not round(low, digits) and not round(high, digits):
        return f"Without these conversations {words} would be the same"
    if low * high > 0:
        ends = sorted(abs(end) for end in (low, high))
        span = " and ".join(f"{end:.{digits}f}" for end in ends)
        return f"Without these conversations {words} would be {change} (between {span})"
    between = f"{_signed(low, digits, unit)} and {_signed(high, digits, unit)}"
    return f"Without these conversations {words} would be much the same: anything between {between} fits"


def _signed(value: float, digits: int, unit: str) -> str:
    return f"{abs(value):.{digits}f}{unit} {'higher' if value > 0 else 'lower'}"


def costs(found: Mapping[str, Mapping[str, Impact]], theme: str) -> dict[str, str]:
    """Score -> its sentence, of the scores that conversations with the theme have."""
    return {score: cost(score, of[theme]) for score, of in found.items() if theme in of and of[theme].conversations}


def sentence(shipped: date, e: Effect) -> str:
    """What a fix did, with its interval and verdict."""
    since = f"Since the fix on {day(shipped)}"
    if e.verdict == EARLY:
        known = f"{e.days_before} days before it and {e.days_after} since"
        return f"Too early to judge the fix on {day(shipped)}: {known} are known, {SOONEST} of each are needed."
    if e.verdict == THIN or e.ratio is None:
        return f"{since} it is told {e.after} times, {e.before} before: too few to judge the fix by."
    if e.verdict == UNSEEN:
        span = f"between {_percent(e.ratio.low)} and {_percent(e.ratio.high)}"
        return f"{since} no effect is seen: against the other themes, anything {span} fits."
    changed = f"{since} conversations about it {_fell(e.ratio)} against the other themes, {_others(e.others)}"
    if e.verdict == UNCLEAR:
        before = "falling" if e.ratio.value < 1 else "rising"
        return f"{changed}; but they were {before} before the fix already, so its effect is unclear."
    return f"{changed}. {'It worked.' if e.verdict == WORKED else 'It did not help.'}"


def _fell(r: Ratio) -> str:
    ends = sorted(100 * abs(1 - end) for end in (r.low, r.high))
    change = 100 * abs(1 - r.value)
    return f"{'fell' if r.value < 1 else 'rose'} by {change:.0f} % (between {ends[0]:.0f} and {ends[1]:.0f})"


def _percent(value: float) -> str:
    """0.6 is 40 % less."""
    return f"{100 * abs(1 - value):.0f} % {'less' if value < 1 else 'more'}"


def _others(ratio: float) -> str:
    if abs(1 - ratio) < STAYED:
        return "which stayed"
    return f"which {'fell' if ratio < 1 else 'rose'} by {100 * abs(1 - ratio):.0f} %"
