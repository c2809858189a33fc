"""The customer journey's page: stages in order, how it feels there, where customers go on and drop off; and two beside
each other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from api.dashboard import flow
from api.dashboard.choices import PERIODS, Choice
from api.dashboard.pages import drawn_of, last_of, offered, page, render, store_of, taxonomy_of, themes_of
from api.kept import kept_of
from nlp.journeys.flow import OPEN, SILENT, START
from nlp.journeys.outcomes import HORIZONS
from nlp.taxonomy import UNKNOWN_STAGE
from pipelines import journeys
from pipelines.archetypes import found_archetypes
from pipelines.cohorts import DAYS
from pipelines.drawn import Drawn
from pipelines.journey_map import GAP, journey_map
from pipelines.patterns import patterns
from pipelines.stores.protocols import Filter

Row = dict[str, Any]
WIDTH, HEIGHT, TOP = 960, 190, 26
"""Of the line of sentiment, in its own units: as wide as the page, and room for a label above."""
SHARED = ("channel", "language", "segment", "product", "company")
"""What two journeys may differ in, beside their period."""
SHOWN = 8
FEWEST = 10
"""Conversations of each side, under which two are not said to differ; customers who went on, under which journeys have
no shape to show."""


@page("/stages")
def stages(request: Request) -> Response:
    store, taxonomy, kept = store_of(request), taxonomy_of(request), kept_of(request)
    choice, last = Choice.of(request.query_params).shared, last_of(request)
    assert last is not None
    filter, asked = choice.filter(last), request.query_params.get("against", "")
    known = themes_of(request, choice)
    rows = kept.get(("stages", filter), lambda: journeys.stages(store, taxonomy, filter))
    map, sample = mapped(request, filter), drawn_of(request, replace(filter, since=None, until=None))
    against, words = other(choice, asked, offered(request))
    beside = None
    if against is not None:
        beside = compared(map, mapped(request, before(choice, last) if against == choice else against.filter(last)))
    return render(
        request,
        "stages.html",
        choice=choice,
        offered=offered(request),
        rows=rows,
        most=max((row["conversations"] for row in rows), default=0) or 1,
        line=line([row for row in rows if row["stage"] != UNKNOWN_STAGE], map),
        heat=heat(known.rows, [row["stage"] for row in rows]),
        columns=[row["stage"] for row in rows],
        map=map,
        flow=flow.flow(map, taxonomy.stage_names),
        went=went(map),
        fewest=FEWEST,
        moves=kept.get(("moves", filter), lambda: _moves(request, filter, sample)),
        sample=sample,
        against=asked,
        choices=choices(choice, offered(request)),
        beside=beside,
        beside_words=words,
        shown=SHOWN,
    )


@page("/stages/patterns")
def recurring(request: Request) -> Response:
    """What comes before an outcome, and customers who write alike."""
    store, taxonomy, kept = store_of(request), taxonomy_of(request), kept_of(request)
    choice, asked = Choice.of(request.query_params).shared, request.query_params.get("outcome", "")
    filter, outcome = choice.filter(last_of(request)), asked if asked in HORIZONS else next(iter(HORIZONS))
    sample, everybody = drawn_of(request, filter), drawn_of(request, Filter()).filter
    chosen = sample.filter
    return render(
        request,
        "patterns.html",
        choice=choice,
        offered=offered(request),
        outcome=outcome,
        outcomes={name: name.replace("_", " ") for name in HORIZONS},
        found=kept.get(("patterns", chosen, outcome), lambda: patterns(store, taxonomy, chosen, outcome=outcome)),
        alike=kept.get(
            ("archetypes", DAYS, *everybody.customers), lambda: found_archetypes(store, taxonomy, everybody)
        ),
        sample=sample,
        shown=SHOWN,
    )


def mapped(request: Request, filter: Filter) -> Row:
    """The journey map of the customers drawn, of all time, since journeys go on over periods."""
    store, taxonomy = store_of(request), taxonomy_of(request)
    sample = drawn_of(request, replace(filter, since=None, until=None))
    chosen = replace(filter, customers=sample.filter.customers)
    return kept_of(request).get(("map", chosen, GAP), lambda: journey_map(store, taxonomy, chosen))


def _moves(request: Request, filter: Filter, sample: Drawn) -> list[Row]:
    chosen = replace(filter, customers=sample.filter.customers)
    return journeys.transitions(store_of(request), chosen, taxonomy=taxonomy_of(request))


def line(rows: Sequence[Row], map: Row) -> Row:
    """The line of sentiment over the stages: keys width, height, middle (where sentiment is 0), points (of a polyline),
    stops [stage, x, y, r (area as conversations), conversations, sentiment, friction, drop_off]. A stage where nobody
    writes has no stop."""
    enough = [row for row in map["stages"] if row["visits"] >= FEWEST and went(map) >= FEWEST]
    drops = {row["stage"]: row["drop_off"] for row in enough}
    told = [row for row in rows if row["conversations"] and row["sentiment"] is not None]
    most = max((row["conversations"] for row in told), default=1)
    far = max((abs(row["sentiment"]) for row in told), default=0) or 1
    step = WIDTH / max(1, len(rows))
    stops = [
        {name: row[name] for name in ("stage", "conversations", "sentiment", "friction")}
        | {
            "x": round((place + 0.5) * step, 1),
            "y": round(HEIGHT / 2 - row["sentiment"] / far * (HEIGHT / 2 - 2 * TOP), 1),
        }
        | {"r": round(4 + 14 * (row["conversations"] / most) ** 0.5, 1), "drop_off": drops.get(row["stage"])}
        for place, row in enumerate(rows)
        if row in told
    ]
    points = " ".join(f"{stop['x']},{stop['y']}" for stop in stops)
    return {"width": WIDTH, "height": HEIGHT, "middle": HEIGHT / 2, "points": points, "stops": stops}


def went(map: Row) -> int:
    """How many times somebody was seen to go from one visit to another."""
    return sum(step["count"] for step in map["steps"] if not {step["origin"], step["target"]} & {START, SILENT, OPEN})


def heat(themes: Sequence[Row], columns: Sequence[str]) -> list[Row]:
    """Keys id, name, cells: conversations and friction of a theme at each stage, None where there are none."""
    return [
        {"id": row["id"], "name": row["name"], "cells": [row["stages"].get(name) for name in columns]}
        for row in themes
        if not row["hidden"]
    ]


def before(choice: Choice, last: date) -> Filter:
    """The period before the chosen one; of all time, the four weeks before the last four."""
    return choice.before(last) or choice.windows(last)[1]


def choices(choice: Choice, offers: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What the chosen journeys may be put beside, as values of `against` with their words."""
    found = {"period": f"The {PERIODS[choice.period].removeprefix('Last ')} before"} if choice.period else {}
    for name in SHARED:
        for value, words in offers.get(name, {}).items():
            if value != getattr(choice, name):
                found[f"{name}:{value}"] = f"{name.capitalize()}: {words}"
    return found


def other(choice: Choice, asked: str, offers: Mapping[str, Mapping[str, str]]) -> tuple[Choice | None, str]:
    """The choice that `against` asks for, and its words; the same choice asks for the period before."""
    name, _, value = asked.partition(":")
    if asked == "period" and choice.period:
        return choice, f"the {PERIODS[choice.period].removeprefix('Last ')} before"
    if name in SHARED and value:
        return replace(choice, **{name: value}), offers.get(name, {}).get(value, value)
    return None, ""


def compared(map: Row, other: Row) -> list[Row]:
    """Stage by stage: keys stage, here and there (conversations, friction, sentiment, drop_off, share of visits), and
    differs: the figures whose 95 % intervals do not meet, of at least `FEWEST` conversations on each side."""
    theirs = {row["stage"]: row for row in other["stages"]}
    whole = [sum(row["visits"] for row in side["stages"]) or 1 for side in (map, other)]
    found = []
    for row in map["stages"]:
        there = theirs.get(row["stage"])
        if there is None or not (row["visits"] or there["visits"]):
            continue
        few = min(row["conversations"], there["conversations"]) < FEWEST
        names = () if few else ("friction", "sentiment", "drop_off")
        differs = [name for name in names if apart(row[name], there[name])]
        here, beyond = (side | {"share": side["visits"] / all} for side, all in zip((row, there), whole, strict=True))
        found.append({"stage": row["stage"], "here": here, "there": beyond, "differs": differs})
    return found


def apart(one: Row | None, two: Row | None) -> bool:
    return bool(one and two and (one["low"] > two["high"] or two["low"] > one["high"]))
