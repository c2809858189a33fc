"""Periods: days, weeks and months, and daily counts gathered into them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from nlp.errors import UnknownName

PERIODS = ("day", "week", "month")
Counts = np.ndarray[Any, np.dtype[np.int64]]


def start(day: date, period: str) -> date:
    """The day itself, the Monday of its week or the first of its month. Raises UnknownName."""
    if period not in PERIODS:
        raise UnknownName.of("period", period, PERIODS)
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def between(first: date, last: date, period: str) -> list[date]:
    """The starts of all periods from that of `first` to that of `last`, empty ones among them."""
    found, at = [], start(first, period)
    while at <= last:
        found.append(at)
        at = start(at + timedelta(days={"day": 1, "week": 7, "month": 31}[period]), period)
    return found


def gathered(daily: Iterable[Mapping[date, int]], of: Sequence[date], period: str) -> Counts:
    """int64 (rows, periods): each row's counts by day, summed over the periods `of`; other days count nowhere."""
    place = {at: n for n, at in enumerate(of)}
    rows = list(daily)
    found = np.zeros((len(rows), len(of)), np.int64)
    for row, counts in zip(found, rows, strict=True):
        for day, count in counts.items():
            if (at := place.get(start(day, period))) is not None:
                row[at] += count
    return found
