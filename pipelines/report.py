"""The week on a page: figures of one ISO week beside the week before, its themes, what moves, what fixes did."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from nlp.errors import BadInput, NotFound
from nlp.themes.emerging import EMERGING, FADING, Movement
from pipelines.movements import Course, Fixed, course, fixed, summed
from pipelines.stores.protocols import Filter, Store

WEEK = timedelta(weeks=1)
THEMES, QUOTED, QUOTES, WEEKS = 12, 3, 3, 12
WORKED = timedelta(days=4)
"""From a Monday to the day on which a week is told: one that the store knows until Tuesday would seem to be quiet."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A theme in the week: its figures, its conversations in the week `before`, how it moves, what customers said."""

    id: str
    name: str
    owner: str
    conversations: int
    before: int
    customers: int
    friction: float
    pain: float
    movement: Movement
    quotes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Report:
    """`week` is "2026-W40", `first` and `last` its Monday and Sunday. `totals`, `before`: `RollupStore.totals` of the
    week and of the one before. `themes`: those told in the week that are not hidden, most pain first, THEMES at most;
    quotes of the first QUOTED. `weeks`: of the last WEEKS weeks the Monday, conversations, friction (None without any).
    `fixes`: shipped in the last eight weeks. `doubts`: why themes are not to be relied on.
    `open`: the store knows nothing of its Friday or later days yet."""

    week: str
    first: date
    last: date
    totals: Row
    before: Row
    themes: Sequence[Told]
    weeks: Sequence[tuple[date, int, float | None]]
    fixes: Sequence[tuple[str, Fixed]]
    doubts: Sequence[str]
    open: bool = False

    @property
    def moving(self) -> list[Told]:
        """The themes of the week that emerge or fade."""
        return [theme for theme in self.themes if theme.movement.kind in (EMERGING, FADING)]


def report(store: Store, week: date | None = None) -> Report:
    """Of the week of that day; without one of the last week whose Friday the store knows, or the first. What moves is
    told as of now, over all time. Raises NotFound of an empty store."""
    store.rollups.refresh()
    known = store.rollups.totals()
    if known["last"] is None:
        raise NotFound(f"no conversation in {store.url}: bring some in with 'frictionary ingest PATH'")
    last = known["last"]
    first = monday(week or max(last - WORKED, known["first"]))
    now, then = span(first), span(first - WEEK)
    quality = store.qualities.of(store.themes.current_run() or "")
    names = {theme.id: theme.name for theme in store.themes.current() if not theme.hidden}
    since = first - 8 * WEEK
    counted = summed(store.rollups.daily())
    made = fixed(store, counted=counted)
    done = [(names[f.theme], f) for f in made if f.theme in names and since <= f.fix.day < first + WEEK]
    return Report(
        named(first),
        first,
        first + WEEK - timedelta(days=1),
        store.rollups.totals(now),
        store.rollups.totals(then),
        _themes(store, now, then, course(store, counted=counted)),
        _weeks(store, first),
        sorted(done, key=lambda pair: pair[1].fix.day, reverse=True),
        quality.reasons if quality else (),
        last < first + WORKED,
    )


def week_of(text: str) -> date:
    """The Monday of "2026-W40", or of the week of a day "2026-10-01". Raises BadInput."""
    found = re.fullmatch(r"(\d{4})-?W(\d{1,2})", text.strip(), re.IGNORECASE)
    try:
        return (
            date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else monday(date.fromisoformat(text.strip()))
        )
    except ValueError as error:
        raise BadInput(f"week {text!r}: a week such as 2026-W40, or a day such as 2026-10-01 expected") from error


def named(first: date) -> str:
    """ "2026-W40"."""
    year, number, _ = first.isocalendar()
    return f"{year}-W{number:02}"


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def span(first: date) -> Filter:
    """The week from a Monday on, in UTC."""
    since = datetime.combine(first, time(), UTC)
    return Filter(since=since, until=since + WEEK)


def _themes(store: Store, now: Filter, then: Filter, found_course: Course) -> list[Told]:
    late, early, moves = store.rollups.themes(now), store.rollups.themes(then), found_course.moves
    known = {theme.id: theme for theme in store.themes.current() if not theme.hidden}
    order = sorted((id for id in late if id in known), key=lambda id: (-late[id]["pain"], id))[:THEMES]
    found = []
    for place, id in enumerate(order):
        row, theme = late[id], known[id]
        figures = (row["conversations"], early.get(id, {}).get("conversations", 0), row["customers"])
        quotes = _quotes(store, id, now) if place < QUOTED else []
        found.append(Told(id, theme.name, theme.owner, *figures, row["friction"], row["pain"], moves[id], quotes))
    return found


def _quotes(store: Store, theme: str, filter: Filter) -> list[str]:
    """The most typical ones of the week, of different conversations; of a theme that is told much, those found soon."""
    assert filter.since
    assert filter.until
    found: dict[str, str] = {}
    for quote in store.themes.quotes(theme, limit=500):
        if filter.since <= quote.at < filter.until:
            found.setdefault(quote.segment.conversation, quote.text)
    return list(found.values())[:QUOTES]


def _weeks(store: Store, last: date) -> list[tuple[date, int, float | None]]:
    firsts = [last - WEEK * n for n in reversed(range(WEEKS))]
    sums = {first: [0, 0, 0.0] for first in firsts}
    for row in store.rollups.daily(Filter(since=span(firsts[0]).since, until=span(last).until)):
        if row["theme"] == "" and (of := sums.get(monday(row["day"]))):
            for place, name in enumerate(("conversations", "scored", "friction")):
                of[place] += row[name]
    return [(first, int(n), friction / scored if scored else None) for first, (n, scored, friction) in sums.items()]
