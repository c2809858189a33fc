"""What each page shows, made from the store: plain dictionaries for the templates."""

from collections.abc import Sequence
from typing import Any

from api.dashboard import charts
from api.dashboard.marks import marked, pieces
from api.history import words
from nlp.conversation import Conversation, Speaker
from nlp.signal import Summary
from nlp.taxonomy import Taxonomy
from pipelines import journeys
from pipelines.analyze import side
from pipelines.edits import log
from pipelines.stores.protocols import Filter, Quote, Store

Row = dict[str, Any]


def edits(store: Store) -> list[Row]:
    """The log of edits, newest first: keys edit, words, undone, conflict."""
    names = store.themes.names()
    return [
        {"edit": line.edit, "words": words(line.edit, names), "conflict": line.conflict}
        | {"undone": not line.counts and line.edit.kind != "undo"}
        for line in log(store)
    ]


def quoted(quote: Quote) -> Row:
    """A quote with its evidence marked."""
    text = marked(quote.text, quote.signal.evidence, offset=quote.segment.start)
    return {
        "id": quote.segment.id,
        "html": text,
        "at": quote.at,
        "channel": quote.channel,
        "customer": quote.customer,
    } | {
        "conversation": quote.segment.conversation,
        "segment": anchor(quote.segment.turn, quote.segment.start),
        "signal": quote.signal,
    }


def anchor(turn: int, start: int) -> str:
    """A segment's place on the page of its conversation."""
    return f"s{turn}-{start}"


def _plain(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value


def stages(store: Store, taxonomy: Taxonomy, filter: Filter) -> Row:
    """Keys stages (journeys.stages), heat (rows of themes by column of stage), moves (journeys.transitions)."""
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
