"""What the overview shows: what hurts, how it moves, and whether fixes worked, out of the store's sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from api.dashboard import charts, moves, week
from api.dashboard.choices import PERIODS, Choice
from pipelines import movements
from pipelines.edits import log
from pipelines.movements import Course, Told, course, summed
from pipelines.overview import weekly as by_week
from pipelines.proposals import current
from pipelines.stores.protocols import Filter, Store

Row = dict[str, Any]
LATE = timedelta(weeks=4)
NEW = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Themes:
    """What the overview and the pages of themes share. `daily`: `RollupStore.daily` of the chosen conversations of all
    time; `counted` and `course`: the same, counted; `rows`: `ranked` of the chosen period, hidden themes among them."""

    daily: list[Row]
    counted: Told
    course: Course
    rows: list[Row]


def themes(store: Store, choice: Choice, last: date) -> Themes:
    filter = choice.filter(last)
    daily = store.rollups.daily(replace(filter, since=None))
    counted = summed(daily)
    found = course(store, counted=counted)
    return Themes(daily, counted, found, ranked(store, filter, last, daily, found))


def overview(store: Store, choice: Choice, last: date, known: Themes) -> Row:
    """Keys totals, compared (of two periods: now, before, and words for them), weekly, themes_ranked, moving, fixes,
    doubts (why themes are not to be relied on), week (sentences), last, conflicts (how many edits have one),
    proposals."""
    filter = choice.filter(last)
    totals = store.rollups.totals(filter)
    themes = [row for row in known.rows if not row["hidden"]]
    fixes = moves.fixes(store, everything(store, filter, known.counted))
    return {
        "totals": totals,
        "compared": compared(store, choice, last, totals),
        "weekly": weekly(known.daily, "", filter, last),
        "themes_ranked": themes,
        "moving": moves.moving(themes),
        "fixes": fixes,
        "doubts": moves.doubts(store),
        "week": week.told(store, choice, last, known.daily, themes, fixes),
        "known_themes": any(not theme.hidden for theme in store.themes.current()),
        "last": last,
        "conflicts": sum(bool(line.conflict) for line in log(store)),
        "proposals": proposals(store),
    }


def everything(store: Store, filter: Filter, counted: Told) -> Told:
    """Fixes are judged by all conversations, whatever is chosen."""
    whole = replace(filter, since=None) == Filter()
    return counted if whole else summed(store.rollups.daily())


def compared(store: Store, choice: Choice, last: date, totals: Row) -> Row:
    """The chosen period and the one before it; of all time, the last four weeks and the four before them."""
    before = choice.before(last)
    if before is not None:
        span = PERIODS[choice.period].removeprefix("Last ")
        return {"now": totals, "before": store.rollups.totals(before), "words": "", "then": f"in the {span} before"}
    late, early = (store.rollups.totals(window) for window in choice.windows(last))
    return {"now": late, "before": early, "words": "last 4 weeks", "then": "before"}


def weekly(daily: Sequence[Row], theme: str, filter: Filter, last: date) -> list[Row]:
    """Bars of one theme, or of all conversations ("")."""
    since = filter.since.date() if filter.since else date.min
    rows = by_week((row for row in daily if row["day"] >= since), theme)
    first = min((row["day"] for row in daily if row["day"] >= since), default=last)
    spanned = charts.weeks([{"week": _monday(first)}], last)
    return charts.weekly(rows, spanned)


def ranked(store: Store, filter: Filter, last: date, daily: Sequence[Row], found: Course) -> list[Row]:
    """Themes as `movements.ranked` has them, hidden ones among them, each with its weeks (`trend`), its conversations
    of the last four weeks (`now`) and of the four before (`before`), `part` 0..100 of the largest pain, and `mark`."""
    by_day = summed(daily).daily
    first = max(min((row["day"] for row in daily), default=last), filter.since.date() if filter.since else date.min)
    weeks = charts.weeks([{"week": _monday(first)}], last)
    rows = [
        row | {"trend": _trend(by_day.get(row["id"], {}), weeks)} | _late(by_day.get(row["id"], {}), last)
        for row in movements.ranked(store, filter, found, hidden=True)
    ]
    most = max((row["pain"] for row in rows if not row["hidden"]), default=0) or 1
    seen = store.rollups.first_seen()
    return [
        row
        | {"part": min(100.0, 100 * row["pain"] / most)}
        | {"mark": moves.mark(row["movement"], seen.get(row["id"]), last - NEW + timedelta(days=1))}
        for row in rows
    ]


def _late(days: Mapping[date, int], last: date) -> Row:
    now = sum(count for day, count in days.items() if last - LATE < day <= last)
    return {"now": now, "before": sum(count for day, count in days.items() if last - 2 * LATE < day <= last - LATE)}


def _trend(days: Mapping[date, int], weeks: Sequence[date]) -> list[int]:
    counts = dict.fromkeys(weeks, 0)
    for day, count in days.items():
        if (week := _monday(day)) in counts:
            counts[week] += count
    return list(counts.values())


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def proposals(store: Store) -> list[Row]:
    """What might be a theme: keys terms, segments (how many), fresh, quote (of the most central)."""
    return [
        {"terms": each.proposal.terms, "segments": len(each.quotes), "fresh": each.proposal.fresh}
        | {"quote": each.quotes[0].text}
        for each in current(store)
    ]
