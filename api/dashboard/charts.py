"""Small charts made on the server: weeks in a row, sparklines, places on a line of time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

WEEK = timedelta(weeks=1)
LONGEST = 53


def weeks(rows: Iterable[Mapping[str, Any]], last: date | None = None) -> list[date]:
    """Every Monday from the first row's week to the last row's (or `last`'s), at most 53, the latest ones."""
    seen = {row["week"] for row in rows} | ({last - timedelta(days=last.weekday())} if last else set())
    if not seen:
        return []
    count = (max(seen) - min(seen)) // WEEK + 1
    return [max(seen) - WEEK * back for back in reversed(range(min(count, LONGEST)))]


def weekly(rows: Sequence[Mapping[str, Any]], of: Sequence[date]) -> list[dict[str, Any]]:
    """One bar a week: week, conversations, friction (None where nobody wrote), `volume` 0..100 of the busiest week."""
    known = {row["week"]: row for row in rows}
    most = max((known[week]["conversations"] for week in of if week in known), default=0)
    bars = []
    for week in of:
        row = known.get(week, {"conversations": 0, "friction": None})
        count = row["conversations"]
        bars.append(
            {"week": week, "conversations": count, "friction": row["friction"], "volume": 100 * count / (most or 1)}
        )
    return bars


def sparkline(values: Sequence[float], *, width: int = 96, height: int = 26) -> str:
    """Points of an SVG polyline, three pixels inside its box; the base is zero."""
    top = max(values, default=0) or 1
    step = (width - 6) / max(1, len(values) - 1)
    return " ".join(
        f"{3 + step * n:.1f},{height - 3 - (height - 6) * value / top:.1f}" for n, value in enumerate(values)
    )


def places(moments: Sequence[datetime]) -> list[float]:
    """0..100 of each moment between the first and the last; 50 where there is one moment alone."""
    if not moments:
        return []
    first, length = min(moments), (max(moments) - min(moments)).total_seconds()
    return [round(100 * (at - first).total_seconds() / length, 2) if length else 50.0 for at in moments]
