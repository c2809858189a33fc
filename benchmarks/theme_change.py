"""What emerges, where trends change, whether fixes worked and what themes cost, in worlds whose truth is known.

The worlds are made of counts alone: weekly or daily conversations of 30 themes with volumes that wander, jump and have
seasons, and scatter as Poisson counts do or more. The sample's key says which theme came when: run
`frictionary demo --no-serve` first, or name another store of the sample.
"""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from benchmarks.heading import heading
from nlp.conversation import conversation_of
from nlp.themes.emerging import EMERGING, FADING, movements
from nlp.themes.fixes import UNSEEN, WORKED, WORSE, effect
from nlp.themes.impact import impacts
from nlp.themes.periods import between, gathered, start
from nlp.themes.rates import Array
from nlp.themes.trend import changes
from pipelines.movements import course
from pipelines.settings import ROOT
from pipelines.stores import open_store

SEED = 0
THEMES, WEEKS, BEFORE = 30, 40, 8
"""A world's themes and weeks; what moves is asked of each week from BEFORE on."""
WORLDS, PLANTED = 16, 60
PLANT = 20
SAMPLE = ROOT / "corpora" / "sample"
STORE = ROOT / "var" / "demo" / "demo.db"
RESULT = ROOT / "benchmarks" / "results" / "theme-change.md"
Judge = Callable[[Array, Array], tuple[set[int], set[int]]]
"""Counts (k, t) and volume (t,) to the themes that emerge and those that fade."""


def world(draw: np.random.Generator, scatter: float, periods: int = WEEKS, rate: float = 8) -> tuple[Array, Array]:
    """Counts (k, t) and volume (t,) in which no theme moves: shares are constant, the volume is not."""
    rates = draw.gamma(1, rate, THEMES) + 0.3
    season = 1 + 0.3 * np.sin(np.arange(periods) / 8)
    jump = np.where(np.arange(periods) >= draw.integers(5, periods - 5), 1.7, 1.0)
    wander = np.exp(np.cumsum(draw.normal(0, 0.08, periods)))
    mean = rates[:, None] * season * jump * wander
    quiet = rates.sum() * season * jump * wander
    counts = scattered(draw, mean, scatter)
    return counts, counts.sum(axis=0) + draw.poisson(quiet)


def scattered(draw: np.random.Generator, mean: Array, scatter: float) -> Array:
    """Counts of that mean, and `scatter` times the variance of Poisson ones."""
    if scatter > 1:
        mean = mean * draw.gamma(mean / (scatter - 1), (scatter - 1) / mean)
    return draw.poisson(mean)


def ours(counts: Array, volume: Array) -> tuple[set[int], set[int]]:
    kinds = [m.kind for m in movements(counts, volume)]
    rises, falls = ({k for k, kind in enumerate(kinds) if kind == wanted} for wanted in (EMERGING, FADING))
    return rises, falls


def four_weeks(counts: Array, volume: Array) -> tuple[set[int], set[int]]:
    """Each theme alone: counts of four weeks against the four before, one-sided 1 % of a normal distribution."""
    now, before = counts[:, -4:].sum(axis=1), counts[:, -8:-4].sum(axis=1)
    strength = (now - before) / np.sqrt(np.maximum(now + before, 1))
    return set(np.flatnonzero(strength >= 2.326).tolist()), set(np.flatnonzero(strength <= -2.326).tolist())


def bertrend(counts: Array, volume: Array) -> tuple[set[int], set[int]]:
    """BERTrend's rule: a theme over the 10th percentile of popularity that rises is a signal, weak or strong."""
    now, before = counts[:, -1], counts[:, -2]
    return set(np.flatnonzero((now > np.percentile(now, 10)) & (now > before)).tolist()), set()


JUDGES: dict[str, Judge] = {"ours": ours, "four weeks against four": four_weeks, "BERTrend's rule": bertrend}


def alarms(judge: Judge, scatter: float) -> tuple[float, float]:
    """Share of periods with a theme told to emerge, and with one told to fade, though nothing moves."""
    draw, told = np.random.default_rng(SEED), []
    for _ in range(WORLDS):
        counts, volume = world(draw, scatter)
        for t in range(BEFORE, WEEKS + 1):
            rises, falls = judge(counts[:, :t], volume[:t])
            told.append((bool(rises), bool(falls)))
    first, second = np.mean(told, axis=0)
    return float(first), float(second)


def found(judge: Judge, size: int, within: int) -> float:
    """Share of new themes of `size` conversations a week that are told in their first `within` weeks."""
    draw, hits = np.random.default_rng(SEED), 0
    for _ in range(PLANTED):
        counts, volume = world(draw, 1.0)
        volume = volume - counts[0]
        counts[0] = np.where(np.arange(WEEKS) >= PLANT, draw.poisson(size, WEEKS), 0)
        volume = volume + counts[0]
        hits += any(0 in judge(counts[:, :t], volume[:t])[0] for t in range(PLANT + 1, PLANT + 1 + within))
    return hits / PLANTED


def days_alarmed(scatter: float) -> float:
    """Share of days with any theme told, by days with their week's rhythm."""
    draw, told = np.random.default_rng(SEED), []
    rhythm = np.array([1.2, 1.1, 1.1, 1.0, 0.9, 0.4, 0.3])
    for _ in range(WORLDS // 2):
        rates = draw.gamma(1, 3, THEMES) + 0.2
        mean = rates[:, None] * np.tile(rhythm, 12)
        counts = scattered(draw, mean, scatter)
        volume = counts.sum(axis=0) + draw.poisson(mean.sum(axis=0))
        told += [any(ours(counts[:, :t], volume[:t])) for t in range(28, len(volume) + 1, 3)]
    return float(np.mean(told))


def cut() -> Iterator[str]:
    """Lines of change points: series without any, and with a share that doubles in the middle."""
    draw = np.random.default_rng(SEED)
    for periods in (12, 26, 53, 120, 365):
        for scatter in (1.0, 3.0):
            volume = draw.poisson(400, periods)
            flat = np.minimum(scattered(draw, np.full((200, periods), 20.0), scatter), volume)
            any_told = np.mean([bool(c) for c in changes(flat, volume)])
            mean = np.where(np.arange(periods) < periods // 2, 10.0, 20.0)
            moved = changes(scattered(draw, np.tile(mean, (200, 1)), scatter), volume)
            near = np.mean([any(abs(c.place - periods // 2) <= 2 for c in one) for one in moved])
            yield f"| {periods} | {scatter:.0f} | {100 * any_told:.1f} % | {100 * near:.0f} % |"


def fixes() -> Iterator[str]:
    """Lines of fixes: how often the interval holds the truth, and what is told."""
    draw, all_held, all_runs = np.random.default_rng(SEED), 0, 0
    for scatter in (1.0, 2.0):
        for rate in (1.0, 4.0):
            for truth in (1.0, 0.5, 0.2):
                told = [fixed(draw, scatter, rate, truth) for _ in range(170)]
                held = [e.ratio.low <= truth <= e.ratio.high for e in told if e.ratio]
                all_held, all_runs = all_held + sum(held), all_runs + len(held)
                shares = " | ".join(
                    f"{100 * np.mean([e.verdict == v for e in told]):.0f} %" for v in (WORKED, UNSEEN, WORSE)
                )
                yield f"| {scatter:.0f} | {rate:.0f} | {truth} | {len(held)} | {100 * np.mean(held):.1f} % | {shares} |"
    yield f"| all | | | {all_runs:,} | **{100 * all_held / all_runs:.1f} %** | | | |"


def fixed(draw: np.random.Generator, scatter: float, rate: float, truth: float) -> Any:
    """20 themes over 16 weeks of days with a rhythm; the volume rises by 30 % after four days of the fix."""
    rates = np.full((20, 112), rate) * np.tile([1.2, 1.1, 1.1, 1.0, 0.9, 0.9, 0.8], 16)
    rates[:, 60:] *= 1.3
    rates[0, 56:] *= truth
    weekly = 7 * rate
    bursts = draw.gamma(weekly / (scatter - 1), (scatter - 1) / weekly, (20, 16)) if scatter > 1 else np.ones((20, 16))
    counts = draw.poisson(rates * np.repeat(bursts, 7, axis=1))
    return effect(counts, 0, np.arange(20) > 0, 56)


def impact() -> Iterator[str]:
    """Lines of impact: 400 conversations of 250 customers, whose scores hang together; the theme's are 0.4 lower."""
    draw, all_held, all_runs = np.random.default_rng(SEED), 0, 0
    for share in (0.04, 0.1, 0.3):
        truth = 0.4 * share  # the mean without the theme, less that of all
        held = []
        for seed in range(670):
            member = draw.random(400) < share
            customers = draw.integers(0, 250, 400)
            scores = draw.normal(0, 0.3, 400) + draw.normal(0, 0.2, 250)[customers] - 0.4 * member
            (one,) = impacts(scores, customers, csr_array(member[:, None]), seed=seed)
            held += [one.low <= truth <= one.high] if one.low is not None and one.high is not None else []
        all_held, all_runs = all_held + sum(held), all_runs + len(held)
        yield f"| {100 * share:.0f} % | {len(held)} | {100 * np.mean(held):.1f} % |"
    yield f"| all | {all_runs:,} | **{100 * all_held / all_runs:.1f} %** |"


def sample(path: Path) -> Iterator[str]:
    """Lines of the sample: the first week in which each planted theme is told, by the key and as found."""
    key = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))
    planted = {id: told["themes"] for id, told in key["conversations"].items()}
    with open_store(f"sqlite:///{path}") as store:
        days = {c.id: c.at.date() for c in store.customers.contacts()}
        members, of = store.themes.members(), course(store)
    weeks, volume = list(of.periods), of.volume
    true: dict[str, dict[date, int]] = {id: {} for id in key["themes"]}
    for id, themes in planted.items():
        for theme in themes if id in days else ():
            true[theme][start(days[id], "week")] = true[theme].get(start(days[id], "week"), 0) + 1
    counts = gathered(true.values(), between(weeks[0], weeks[-1], "week"), "week")
    leads = led(planted, members)
    told_true, told_found = first_told(counts, volume), first_told(np.stack(list(of.counts.values())), volume)
    for place, (theme, about) in enumerate(key["themes"].items()):
        own = [n for n, id in enumerate(of.counts) if leads.get(id) == theme]
        found_in = min((told_found[n] for n in own if n in told_found), default=None)
        began = weeks[int(np.flatnonzero(counts[place])[0])]
        cuts = ", ".join(str(weeks[c.place]) for c in changes(counts, volume)[place])
        by_key = told_true.get(place)
        cells = (str(began), by_key and str(weeks[by_key]), found_in and str(weeks[found_in]), cuts)
        yield f"| {theme}: {about.split('(')[0].split('/')[0].strip()} | {' | '.join(cell or '-' for cell in cells)} |"


def led(planted: dict[str, list[str]], members: dict[str, str | None]) -> dict[str, str]:
    """The planted theme that most of a found theme's segments are of."""
    votes: dict[str, dict[str, int]] = {}
    for segment, found_theme in members.items():
        for theme in planted.get(conversation_of(segment), []) if found_theme else []:
            own = votes.setdefault(str(found_theme), {})
            own[theme] = own.get(theme, 0) + 1
    return {id: max(own, key=lambda t: own[t]) for id, own in votes.items()}


def first_told(counts: Array, volume: Array) -> dict[int, int]:
    """Row -> the first period in which it is told to emerge, looking at nothing later."""
    told: dict[int, int] = {}
    for t in range(5, len(volume) + 1):
        for row in ours(counts[:, :t], volume[:t])[0]:
            told.setdefault(row, t - 1)
    return told


def emerging() -> Iterator[str]:
    for name, judge in JUDGES.items():
        false = [alarms(judge, scatter) for scatter in (1.0, 2.0, 4.0)]
        rates = " | ".join(f"{100 * rise:.1f} / {100 * fall:.1f} %" for rise, fall in false)
        seen = " | ".join(f"{100 * found(judge, size, 2):.0f} %" for size in (3, 5, 8, 15))
        yield f"| {name} | {rates} | {seen} |"


def main(path: Path = STORE) -> None:
    sections = {lines.__name__: "\n".join(lines()) for lines in (emerging, cut, fixes, impact)}
    sections["sample"] = "\n".join(sample(path))
    RESULT.write_text(
        f"""{heading("Change of themes, with known truth", command="python -m benchmarks.theme_change", seed=SEED)}
## Emerging and fading
{WORLDS} worlds of {THEMES} themes in {WEEKS} weeks with seasons, a jump and a wandering volume. False alarms: of the
weeks from the {BEFORE}th on, in how many any theme is told to emerge / to fade, though none moves; counts scatter as
Poisson's, or with twice and four times the variance. Found: of {PLANTED} new themes of so many conversations a week,
those told within two weeks.

| | false alarms, scatter 1 | scatter 2 | scatter 4 | found: 3 a week | 5 | 8 | 15 |
|---|---|---|---|---|---|---|---|
{sections["emerging"]}

By days with a week's rhythm, any theme is told, though none moves, on {100 * days_alarmed(1.0):.1f} % of the days
(scatter 2: {100 * days_alarmed(2.0):.1f} %).

## Change points
200 series each: those without a change that show one, and those whose share doubles in the middle (10 to 20
conversations of 400) that show it within two periods.

| periods | scatter | false | found |
|---|---|---|---|
{sections["cut"]}

## Fixes
20 themes on 112 days; one is fixed in the middle, and all volume rises by 30 % soon after. How often the 95 % interval
holds the true ratio, and what is told.

| scatter | a day | true ratio | intervals | hold the truth | worked | no effect seen | worse |
|---|---|---|---|---|---|---|---|
{sections["fixes"]}

## Impact
How often the 95 % interval holds the true change of the mean.

| share with the theme | intervals | hold the truth |
|---|---|---|
{sections["impact"]}

## The sample
Six months of an invented company. When a planted theme is first heard, the first week in which it is told to emerge by
the answer key's own counts, and by those of the themes found (one is a planted theme's where most of its segments are),
and its change points by the key.

| planted theme | first heard, week of | told, by the key | told, as found | change points |
|---|---|---|---|---|
{sections["sample"]}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
