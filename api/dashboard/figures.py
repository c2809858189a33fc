"""What each page shows, made from the store: plain dictionaries for the templates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from api.dashboard import charts, moves
from api.dashboard.choices import Choice
from api.dashboard.marks import marked, pieces
from api.dashboard.words import day
from api.history import told, words
from api.parts import parts
from nlp.conversation import Conversation, Speaker
from nlp.signal import Summary
from nlp.taxonomy import Taxonomy
from pipelines import journeys, movements
from pipelines.analyze import side
from pipelines.edits import log
from pipelines.entities import most_named
from pipelines.movements import Course, course
from pipelines.proposals import current
from pipelines.stores.protocols import Filter, Quote, Store

Row = dict[str, Any]
POINTS = 5_000
"""Dots of the map, drawn as SVG: WebGL needs scripts made at run time, which the content security policy forbids."""


def overview(store: Store, choice: Choice) -> Row:
    """Keys totals, recent, before (the two four-week windows), weekly, themes_ranked, moving, fixes, doubts (why themes
    are not to be relied on), last, conflicts (how many edits have one), proposals."""
    known = store.overview()
    last = known["last"]
    filter, windows = choice.filter(last), choice.windows(last)
    totals = known if filter == Filter() else store.overview(filter)
    weeks = charts.weeks(totals["weekly"], last.date() if totals["weekly"] else None)
    recent, before = (store.overview(window) for window in windows)
    themes = ranked(store, filter, windows, weeks, course(store, replace(filter, since=None)))
    return {
        "totals": totals,
        "recent": recent,
        "before": before,
        "weekly": charts.weekly(totals["weekly"], weeks),
        "themes_ranked": themes,
        "moving": moves.moving(themes),
        "fixes": moves.fixes(store),
        "doubts": moves.doubts(store),
        "last": last,
        "conflicts": sum(bool(line.conflict) for line in log(store)),
        "proposals": proposals(store),
    }


def proposals(store: Store) -> list[Row]:
    """What might be a theme: keys terms, segments (how many), fresh, quote (of the most central)."""
    return [
        {"terms": each.proposal.terms, "segments": len(each.quotes), "fresh": each.proposal.fresh}
        | {"quote": each.quotes[0].text}
        for each in current(store)
    ]


def edits(store: Store) -> list[Row]:
    """The log of edits, newest first: keys edit, words, undone, conflict."""
    names = store.themes.names()
    return [
        {"edit": line.edit, "words": words(line.edit, names), "conflict": line.conflict}
        | {"undone": not line.counts and line.edit.kind != "undo"}
        for line in log(store)
    ]


def ranked(
    store: Store,
    filter: Filter,
    windows: tuple[Filter, Filter],
    weeks: Sequence[date],
    found: Course,
    *,
    hidden: bool = False,
) -> list[Row]:
    """Pinned themes, then the others, by total friction, each with its weekly conversations and its change over the
    last four weeks."""
    rows = movements.ranked(store, filter, found, hidden=hidden)
    now, before = (_conversations(store.themes.trend(window, theme=filter.theme)) for window in windows)
    weekly: dict[str, dict[date, int]] = {}
    for row in store.themes.trend(filter, theme=filter.theme):
        weekly.setdefault(row["theme"], {})[row["week"]] = row["conversations"]
    most = max((row["pain"] for row in rows), default=0) or 1
    newest = windows[1].since
    return [
        row
        | {"now": now.get(row["id"], 0), "before": before.get(row["id"], 0), "part": 100 * row["pain"] / most}
        | {"trend": [weekly.get(row["id"], {}).get(week, 0) for week in weeks]}
        | {"mark": moves.mark(row["movement"], row["first_seen"], newest)}
        for row in rows
    ]


def _conversations(trend: Sequence[Row]) -> dict[str, int]:
    """By theme. A conversation counts in one week alone, so that weeks add up."""
    found: dict[str, int] = {}
    for row in trend:
        found[row["theme"]] = found.get(row["theme"], 0) + row["conversations"]
    return found


def theme(store: Store, id: str, stages: Sequence[str]) -> Row:
    """Keys theme, figures (None where no segment is left), falls_into (`api/parts.py`), weekly, marks (by week), costs,
    groups, fixes, stages, named (by type), history, current (ids of themes that have a page). Raises NotFound."""
    found, last = store.themes.get(id), store.overview()["last"]
    choice = Choice(theme=id)
    weekly = store.themes.trend(theme=id)
    weeks = charts.weeks(store.overview()["weekly"], last.date())
    whole = course(store)
    rows = ranked(store, choice.filter(last), choice.windows(last), weeks, whole, hidden=True)
    where = [row for row in store.themes.by_stage(choice.filter(last)) if row["theme"] == id]
    order = {name: place for place, name in enumerate(stages)}
    named: dict[str, list[Row]] = {}
    for row in most_named(store, theme=id).get(id, []):
        named.setdefault(row["type"], []).append(row)
    return {
        **moves.costly(store, id),
        "marks": moves.marks(whole, id, [fix.day for fix in found.fixes]),
        "named": named,
        "theme": found,
        "falls_into": parts(store, found),
        "figures": next((row for row in rows if row["id"] == id), None),
        "weekly": charts.weekly(weekly, weeks),
        "history": told(store, id),
        "current": {theme.id for theme in store.themes.current()},
        "stages": sorted(where, key=lambda row: (order.get(row["stage"], len(order)), row["stage"])),
    }


def quoted(quote: Quote) -> Row:
    """A quote with its evidence marked."""
    text = marked(quote.text, quote.signal.evidence, offset=quote.segment.start)
    return {"html": text, "at": quote.at, "channel": quote.channel, "customer": quote.customer} | {
        "conversation": quote.segment.conversation,
        "segment": anchor(quote.segment.turn, quote.segment.start),
        "signal": quote.signal,
    }


def anchor(turn: int, start: int) -> str:
    """A segment's place on the page of its conversation."""
    return f"s{turn}-{start}"


def themes_on_map(store: Store) -> list[Row]:
    """Ranked themes with their places x, y on the map."""
    themes = {theme.id: theme for theme in store.themes.current()}
    return [row | {"x": themes[row["id"]].x, "y": themes[row["id"]].y} for row in store.themes.ranked()]


def map_points(store: Store) -> Row:
    """Columns of the map's points, thinned evenly to what a browser draws at ease."""
    rows = store.themes.points()
    step = -(-len(rows) // POINTS) or 1
    shown = rows[::step]
    columns = ("x", "y", "theme", "friction", "sentiment", "stage", "channel", "conversation")
    return {
        "points": {name: [_plain(row[name]) for row in shown] for name in columns},
        "days": [day(row["at"]) for row in shown],
        "shown": len(shown),
        "all": len(rows),
    }


def _plain(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value


def stages(store: Store, taxonomy: Taxonomy, choice: Choice) -> Row:
    """Keys stages (journeys.stages), heat (rows of themes by column of stage), moves (journeys.transitions)."""
    filter = choice.filter(store.overview()["last"])
    rows = journeys.stages(store, taxonomy, filter)
    cells = {(row["theme"], row["stage"]): row for row in store.themes.by_stage(filter)}
    used = {*taxonomy.stage_names, *(stage for _, stage in cells)}
    columns = [row["stage"] for row in rows if row["stage"] in used]
    heat = [
        {"id": theme["id"], "name": theme["name"], "cells": [cells.get((theme["id"], name)) for name in columns]}
        for theme in store.themes.ranked(filter)
    ]
    moves = journeys.transitions(store, filter, taxonomy=taxonomy)
    most = max((row["conversations"] for row in rows), default=0) or 1
    return {
        "rows": rows,
        "most": most,
        "columns": columns,
        "heat": heat,
        "moves": moves,
        "chart": _heat_map(heat, columns),
    }


def _heat_map(heat: Sequence[Row], columns: Sequence[str]) -> Row:
    """What the plotly heat map needs: colour is mean friction, the number in a cell its conversations."""
    cells = [
        [cell and {k: _plain(cell[k]) for k in ("friction", "conversations")} for cell in row["cells"]] for row in heat
    ]
    return {
        "stages": list(columns),
        "themes": [{"id": row["id"], "name": row["name"]} for row in heat],
        "friction": [[cell and cell["friction"] for cell in row] for row in cells],
        "conversations": [[cell and cell["conversations"] for cell in row] for row in cells],
    }


def customer(store: Store, id: str, taxonomy: Taxonomy) -> Row:
    """A journey with places 0..100 on the line of time, its entries in lanes of stages. Raises NotFound."""
    found = journeys.journey(store, id, taxonomy=taxonomy)
    places = charts.places([entry["at"] for entry in found["entries"]])
    entries = [entry | {"place": place} for entry, place in zip(found["entries"], places, strict=True)]
    order = [*taxonomy.stage_names, *sorted({e["stage"] for e in entries} - set(taxonomy.stage_names))]
    lanes = [(name, [e for e in entries if e["stage"] == name]) for name in order]
    spoken = [entry for entry in entries if entry["kind"] == "conversation"]
    return {
        "journey": found | {"entries": entries},
        "lanes": [(name, inside) for name, inside in lanes if inside],
        "conversations": len(spoken),
        "friction": _mean([entry["friction"] for entry in spoken]),
        "sentiment": _mean([entry["sentiment"] for entry in spoken]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def listed(conversation: Conversation, summary: Summary | None) -> Row:
    """A conversation as a row of a list: its first words are the customer's where there are any."""
    said = [turn.text for turn in conversation.turns if turn.speaker is Speaker.CUSTOMER and turn.text.strip()]
    first = said or [turn.text for turn in conversation.turns]
    return {"conversation": conversation, "summary": summary, "words": first[0] if first else ""}


def conversation(store: Store, id: str) -> Row:
    """A conversation, turn by turn, each cut into its segments. Raises NotFound."""
    found, signals = store.conversations.get(id), store.signals.of(id)
    themes = {theme.id: theme.name for theme in store.themes.current()}
    raised = {quote.segment.id: quote.theme for quote in store.signals.quotes([s.segment.id for s in signals])}
    turns = [
        {
            "turn": turn,
            "pieces": [
                {"html": html, "signal": signal, "theme": raised.get(signal.segment.id) if signal else None}
                | {"anchor": anchor(turn.number, signal.segment.start) if signal else ""}
                for html, signal in pieces(turn, signals)
            ],
        }
        for turn in found.turns
    ]
    facts = {name: value for name, value in found.metadata.items() if value not in (None, "", [], ())}
    return {
        "conversation": found,
        "summary": store.signals.summary(id),
        "course": side(found.turns, signals),
        "turns": turns,
        "themes": themes,
        "facts": facts,
    }
