"""The themes of a store with their figures, and how they move: their course, what emerges and fades, what fixes did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from nlp.themes.emerging import Movement, movements
from nlp.themes.fixes import WINDOW, Effect, effect
from nlp.themes.periods import Counts, between, gathered
from nlp.themes.theme import Fix, Theme
from nlp.themes.trend import Change, changes
from pipelines.stores.protocols import Filter, Store

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Course:
    """periods: their first days, from the first conversation's to the last one's. volume: int (t,), all conversations.
    counts, moves, changes: by theme; counts are int (t,), its conversations."""

    period: str
    periods: tuple[date, ...]
    volume: Counts
    counts: Mapping[str, Counts]
    moves: Mapping[str, Movement]
    changes: Mapping[str, Sequence[Change]]


@dataclass(frozen=True, slots=True)
class Told:
    """How many conversations there were on each day, and how many of them told each theme."""

    volume: Mapping[date, int]
    daily: Mapping[str, Mapping[date, int]]


def told(store: Store, filter: Filter = Filter()) -> Told:
    """Counted in the filtered conversations, as the sums of the store have them: what tells again counts on the day of
    the first telling, so that days add up to the volumes that are shown beside them."""
    store.rollups.refresh()
    return summed(store.rollups.daily(filter))


def summed(daily: Sequence[Row]) -> Told:
    """The same of the rows of `RollupStore.daily`."""
    found: dict[str, dict[date, int]] = {}
    for row in daily:
        if row["conversations"]:
            found.setdefault(row["theme"], {})[row["day"]] = int(row["conversations"])
    return Told(found.pop("", {}), found)


def course(store: Store, filter: Filter = Filter(), *, period: str = "week", counted: Told | None = None) -> Course:
    """Of every current theme, in the filtered conversations of all themes and from the first on, as what is of late is
    compared with all before; or in what is `counted` already. Periods are days, weeks or months. Raises UnknownName for
    another."""
    counted = counted or told(store, replace(filter, theme="", since=None))
    volume, daily = counted.volume, counted.daily
    ids = [theme.id for theme in store.themes.current()]
    first, last = min(volume, default=date.min), max(volume, default=date.min)
    of = between(first, last, period)[: None if volume else 0]
    (total,) = gathered([volume], of, period)
    counts = gathered((daily.get(id, {}) for id in ids), of, period)
    moves = [replace(m, since=of[-m.periods] if m.periods else None) for m in movements(counts, total)]
    cuts = changes(counts, total)
    return Course(
        period,
        tuple(of),
        total,
        dict(zip(ids, counts, strict=True)),
        dict(zip(ids, moves, strict=True)),
        dict(zip(ids, cuts, strict=True)),
    )


def ranked(store: Store, filter: Filter = Filter(), found: Course | None = None, *, hidden: bool = False) -> list[Row]:
    """The current themes that the filtered conversations tell, `hidden` ones only on request: pinned ones first, then
    by pain, the largest first. What every door says of a theme is read here.

    Keys id, name, description, terms, owner, pinned, hidden, those of `RollupStore.themes` (but channels {name:
    conversations}), share (0..1 of the filtered conversations of all themes), stage (the most frequent), stability
    (0..1, None where it was not told) and movement. `found`: the course that tells movements, the filter's by week
    without one.
    """
    found = found or course(store, filter)
    quality = store.qualities.of(store.themes.current_run() or "")
    stabilities = quality.stabilities if quality else {}
    whole = max(store.rollups.totals(replace(filter, theme=""))["conversations"], 1)
    figures = store.rollups.themes(filter)
    rows = [
        _said(theme)
        | _shown(figures[theme.id], whole)
        | {"stability": stabilities.get(theme.id), "movement": found.moves[theme.id]}
        for theme in store.themes.current()
        if theme.id in figures and theme.id in found.moves and (hidden or not theme.hidden)
    ]
    return sorted(rows, key=lambda row: (not row["pinned"], -row["pain"], row["id"]))


def _said(theme: Theme) -> Row:
    words = ("id", "name", "description", "owner", "pinned", "hidden")
    return {name: getattr(theme, name) for name in words} | {"terms": list(theme.terms)}


def _shown(figures: Row, whole: int) -> Row:
    channels = {name: of["conversations"] for name, of in figures["channels"].items() if of["conversations"]}
    stages = figures["stages"]
    stage = min(stages, key=lambda name: (-stages[name]["conversations"], name))
    return figures | {"channels": channels, "stage": stage, "share": figures["conversations"] / whole}


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fix that somebody says has shipped, and what it did."""

    theme: str
    fix: Fix
    effect: Effect


def fixed(store: Store, *, theme: str = "", counted: Told | None = None) -> list[Fixed]:
    """Every fix of the current themes, or of one, by theme and day, judged against the themes that no fix touched then.
    A fix is looked at up to the next one of its theme."""
    themes = store.themes.current()
    if not any(t.fixes for t in themes if theme in ("", t.id)):
        return []
    counted = counted or told(store)
    volume, daily = counted.volume, counted.daily
    days = between(min(volume), max(volume), "day") if volume else []
    counts = gathered((daily.get(t.id, {}) for t in themes), days, "day")
    return [
        Fixed(t.id, fix, _effect(place, fix.day, themes, counts, days))
        for place, t in enumerate(themes)
        if theme in ("", t.id)
        for fix in sorted({f.day: f for f in t.fixes}.values(), key=lambda f: f.day)
    ]


def _effect(place: int, day: date, themes: Sequence[Theme], counts: Counts, days: Sequence[date]) -> Effect:
    own = [fix.day for fix in themes[place].fixes]
    start = max((d for d in own if d < day), default=date.min)
    end = min((d for d in own if d > day), default=date.max)
    kept = [n for n, d in enumerate(days) if start <= d < end]
    touched = [any(abs((f.day - day).days) < WINDOW for f in theme.fixes) for theme in themes]
    at = sum(days[n] < day for n in kept)
    controls = ~np.array(touched) & (np.arange(len(themes)) != place)
    return effect(counts[:, kept], place, controls, at)
