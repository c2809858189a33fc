"""What is said of the conversations that a filter chooses, as `RollupStore` tells it, out of a cube."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from pipelines.stores.protocols import Filter
from pipelines.stores.schema.rollups import NOWHERE, WHOLE
from pipelines.stores.sums.cube import Cube, Told
from pipelines.stores.sums.day import Columns

SUMS = ("segments", "friction", "sentiment")
Row = dict[str, Any]


def totals(cube: Cube, filter: Filter) -> Row:
    chosen = cube.chosen(filter)
    of = {name: column[chosen] for name, column in cube.rows.items()}
    scored, days = int(of["scored"].sum()), cube.day[chosen]
    told = cube.told(chosen, nowhere=True)
    (segments,), nowhere = told.sums("segments"), cube.names["theme"].find(NOWHERE)
    unassigned = int(segments[nowhere]) if nowhere >= 0 else 0
    return {
        "conversations": int(of["first"].sum()),
        "segments": int(of["segments"].sum()),
        "leaving": int(of["leaving"].sum()),
        **{name: float(of[name].sum()) / scored if scored else None for name in ("friction", "sentiment")},
        "unsupported": int(of["unread"].sum()),
        "annotated": int((of["first"] * (of["intent"] != cube.names["intent"].find(""))).sum()),
        "duplicates": int(len(days) - of["first"].sum()),
        "first": cube.date(days[0]) if len(days) else None,
        "last": cube.date(days[-1]) if len(days) else None,
        "channels": dict(sorted(cube.by("channel", chosen).items())),
        "customers": cube.people(chosen),
        "placed": int(segments.sum()) - unassigned,
        "unassigned": unassigned,
    }


def daily(cube: Cube, filter: Filter) -> list[Row]:
    chosen = cube.chosen(filter)
    told = cube.told(chosen)
    columns = told.over(told.days(), cube.days, "tellings", "counts", *SUMS)
    rows = [*_by_day(cube, WHOLE, *_whole(cube, chosen))]
    for place, id in enumerate(cube.names["theme"]):
        tellings, counts, segments, friction, sentiment = (column[place] for column in columns)
        rows += _by_day(cube, id, tellings, counts, segments, segments, friction, sentiment)
    return sorted(rows, key=lambda row: (row["theme"], row["day"]))


def _whole(cube: Cube, chosen: Columns) -> list[Columns]:
    days, names = cube.day[chosen], ("first", "segments", "scored", "friction", "sentiment")
    counts = np.bincount(days, minlength=cube.days)
    return [counts, *(np.bincount(days, cube.rows[name][chosen], cube.days) for name in names)]


def _by_day(cube: Cube, theme: str, there: Columns, *sums: Columns) -> Iterator[Row]:
    places = np.flatnonzero(there)
    values = zip(places.tolist(), *(column[places].tolist() for column in sums), strict=True)
    for place, conversations, segments, scored, friction, sentiment in values:
        row = {"theme": theme, "day": cube.date(place), "conversations": int(conversations), "segments": int(segments)}
        yield row | {"scored": int(scored), "friction": friction, "sentiment": sentiment}


def themes(cube: Cube, filter: Filter) -> dict[str, Row]:
    told = cube.told(cube.chosen(filter))
    columns = dict(zip(("there", "conversations", *SUMS), told.sums("tellings", "counts", *SUMS), strict=True))
    (leaving,), customers, days = _leaving(told), told.people(), told.days()
    first, last = np.full(len(customers), cube.days), np.full(len(customers), -1)
    np.minimum.at(first, told.columns["theme"], days)
    np.maximum.at(last, told.columns["theme"], days)
    parts = {name: _parts(told, name) for name in ("stage", "channel")}
    found = {}
    for place, id in enumerate(cube.names["theme"]):
        if columns["there"][place]:
            row = {name: float(column[place]) for name, column in columns.items()}
            found[id] = {
                "segments": int(row["segments"]),
                "conversations": int(row["conversations"]),
                "leaving": int(leaving[place]),
                "friction": row["friction"] / row["segments"],
                "sentiment": row["sentiment"] / row["segments"],
                "first_seen": cube.date(first[place]),
                "last_seen": cube.date(last[place]),
                "pain": row["friction"] / 100,
                "customers": int(customers[place]),
                **{f"{name}s": of.get(place, {}) for name, of in parts.items()},
            }
    return found


def _leaving(told: Told) -> list[Columns]:
    """Conversations of customers who may leave, (themes,)."""
    return Told(told.cube, dict(told.columns) | {"leaving": told.of("leaving")}).sums("leaving")


def _parts(told: Told, name: str) -> dict[int, dict[str, Row]]:
    """By theme (its place) and value of a column: conversations and mean friction."""
    known = list(told.cube.names[name])
    counts, segments, friction = told.over(told.of(name), len(known), "counts", "segments", "friction")
    found: dict[int, dict[str, Row]] = {}
    for theme, place in zip(*(of.tolist() for of in np.nonzero(segments)), strict=True):
        row = {"conversations": int(counts[theme, place]), "friction": friction[theme, place] / segments[theme, place]}
        found.setdefault(theme, {})[known[place]] = row
    return {theme: dict(sorted(row.items())) for theme, row in found.items()}


def groups(cube: Cube, by: str, filter: Filter) -> list[Row]:
    """By a column of the conversations, "stage" or "intent"."""
    chosen = cube.chosen(filter) & (cube.rows["intent"] != cube.names["intent"].find(""))
    found = []
    for place, name in enumerate(cube.names[by]):
        own = chosen & (cube.rows[by] == place)
        if own.any():
            scored = int(cube.rows["scored"][own].sum())
            means = {name: float(cube.rows[name][own].sum()) for name in ("friction", "sentiment")}
            row = {by: name, "conversations": int(cube.rows["first"][own].sum()), "customers": cube.people(own)}
            found.append(row | {name: whole / scored if scored else None for name, whole in means.items()})
    return sorted(found, key=lambda row: (-row["conversations"], row[by]))


def reach(cube: Cube, segments: int) -> date | None:
    by_day = np.bincount(cube.day, cube.rows["segments"], cube.days)
    beyond = np.flatnonzero(np.cumsum(by_day[::-1])[::-1] > segments)
    return cube.date(beyond[-1] + 1) if len(beyond) else None


def first_seen(cube: Cube) -> dict[str, date]:
    told = cube.told(np.ones(len(cube.day), bool))
    theme, place = np.unique(told.columns["theme"], return_index=True)
    names, days = list(cube.names["theme"]), told.days()
    return {names[of]: cube.date(days[at]) for of, at in zip(theme.tolist(), place.tolist(), strict=True)}


def options(cube: Cube) -> dict[str, list[tuple[str, int]]]:
    everything = np.ones(len(cube.day), bool)
    spoken = [pair for pair in cube.by("language", everything).items() if pair[0]]
    found: dict[str, list[tuple[str, int]]] = {"language": spoken, "segment": [], "product": [], "company": []}
    counts = np.bincount(cube.facts["fact"], minlength=len(cube.names["fact"])).tolist()
    for (kind, value), count in zip(cube.names["fact"], counts, strict=True):
        if count:
            found.setdefault(kind, []).append((value, count))
    return {kind: sorted(values, key=lambda pair: (-pair[1], pair[0])) for kind, values in found.items()}
