"""Anomalies out of the store: unusual days of stages, themes and channels."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from nlp.errors import BadInput
from nlp.journeys.anomalies import PAST, Anomaly, anomalies
from nlp.journeys.facts import ticks
from nlp.journeys.ledger import DAY
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy
from pipelines.facts import everyone
from pipelines.stores.protocols import Filter, Store

DAYS = 28
"""Days that are looked at, where no other number is asked for."""
EPOCH = date(1970, 1, 1)
Series = tuple[str, str]
Row = dict[str, Any]


def unusual(store: Store, taxonomy: Taxonomy, filter: Filter = Filter(), *, days: int = DAYS) -> Row:
    """Keys anomalies [{day, by ("stage", "theme", "channel"), id, name, count, expected, low, high, ratio, p}], newest
    first; tested (series and days looked at), since, until (the days looked at; None where the store has no 8 weeks
    before them), days. Days are UTC; the last one in the store may not be over yet: it is left out.

    Raises BadInput.
    """
    if not 1 <= days <= 365:
        raise BadInput(f"days={days}: 1 to 365 days are looked at")
    daily = _daily(store, taxonomy, replace(filter, since=None))
    first, last = _ends(daily, filter)
    span = last - first + 1
    if span <= PAST:
        return {"anomalies": [], "tested": 0, "since": None, "until": None, "days": days}
    names = list(daily)
    counts = np.array([[own.get(day, 0) for day in range(first, last + 1)] for own in daily.values()], int)
    found, tested = anomalies(counts, days=days)
    themes = store.themes.names()
    return {
        "anomalies": [_row(one, names[one.series], first, themes) for one in found],
        "tested": tested,
        "since": _date(max(first + PAST, last - days + 1)),
        "until": _date(last),
        "days": days,
    }


def _daily(store: Store, taxonomy: Taxonomy, filter: Filter) -> dict[Series, dict[int, int]]:
    """Of each series its conversations a day, days since 1970."""
    found: dict[Series, dict[int, int]] = {}
    current = {theme.id for theme in store.themes.current()}
    for _, own in everyone(store, filter, taxonomy=taxonomy):
        for said in own.said:
            series: list[Series] = [("channel", said.channel)]
            series += [("stage", said.stage)] if said.stage != UNKNOWN_STAGE else []
            series += [("theme", theme) for theme in said.themes if theme in current]
            for one in series:
                days = found.setdefault(one, {})
                days[said.at // DAY] = days.get(said.at // DAY, 0) + 1
    return dict(sorted(found.items()))


def _ends(daily: Mapping[Series, Mapping[int, int]], filter: Filter) -> tuple[int, int]:
    """The first day, and the last that is over for sure: not that of the last conversation."""
    days = [day for own in daily.values() for day in own]
    ends = (datetime.now(UTC), *([filter.until] if filter.until else []))
    last = min(max(days, default=0) - 1, *(ticks(end) // DAY - 1 for end in ends))
    return min(days, default=0), last


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)


def _row(one: Anomaly, series: Series, first: int, themes: Mapping[str, str]) -> Row:
    by, id = series
    figures = {name: value for name, value in asdict(one).items() if name not in ("series", "day")}
    head = {"day": _date(first + one.day), "by": by, "id": id, "name": themes.get(id, id) if by == "theme" else id}
    return head | figures | {"ratio": one.count / one.expected}
