"""The one page of figures about a whole store, and its weeks, out of the sums that every door reads."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pipelines.stores.protocols import Filter, Store

Row = dict[str, Any]
SUMS = ("conversations", "segments", "scored", "friction", "sentiment")


def overview(store: Store, filter: Filter = Filter()) -> Row:
    """Keys those of `RollupStore.totals`, themes (how many, without hidden ones), stages and intents (as
    `RollupStore.stages` has them) and weekly (as `weekly` has them)."""
    store.rollups.refresh()
    return store.rollups.totals(filter) | {
        "themes": sum(not theme.hidden for theme in store.themes.current()),
        "stages": store.rollups.stages(filter),
        "intents": store.rollups.intents(filter),
        "weekly": weekly(store.rollups.daily(filter)),
    }


def weekly(daily: Iterable[Row], theme: str = "") -> list[Row]:
    """The rows of `RollupStore.daily` of whole conversations ("") or of one theme by ISO week, oldest first: keys week
    (its Monday), conversations, segments, friction and sentiment (means, None without any)."""
    weeks: dict[Any, list[float]] = {}
    for row in daily:
        if row["theme"] == theme:
            sums = weeks.setdefault(row["day"] - timedelta(days=row["day"].weekday()), [0.0] * len(SUMS))
            for place, name in enumerate(SUMS):
                sums[place] += row[name]
    return [
        {"week": monday, "conversations": int(conversations), "segments": int(segments)}
        | {"friction": friction / scored if scored else None, "sentiment": sentiment / scored if scored else None}
        for monday, (conversations, segments, scored, friction, sentiment) in sorted(weeks.items())
    ]
