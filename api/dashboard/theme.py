"""The page of one theme: its figures, its customers' words, and what people say of it, said in place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from api import effects
from api.dashboard import figures, moves
from api.dashboard.choices import Choice
from api.dashboard.overview import Themes, everything, weekly
from api.dashboard.pages import (
    drawn_of,
    last_of,
    offered,
    page,
    render,
    router,
    store_of,
    taxonomy_of,
    themes_of,
    whole_number,
)
from api.dashboard.who import who
from api.history import told, words
from api.kept import kept_of
from api.parts import parts
from nlp.errors import BadInput, FrictionaryError
from nlp.themes.assign import Assigner
from nlp.themes.edits import Edit
from nlp.themes.theme import Theme
from pipelines import costs, edits
from pipelines.entities import most_named
from pipelines.movements import fixed
from pipelines.outcomes import outcomes
from pipelines.stores.protocols import Filter, Store

Row = dict[str, Any]
QUOTES = 10
ALIKE, CLOSEST = 0.35, 5
"""Themes whose centroids have this cosine are worth a look together; so many are shown."""
ONCE = 10
"""Conversations from which on a name that a theme's messages name once alone is left out."""
NAME = "who"
"""The cookie and the field that hold who edits."""
MANY = 10
"""Edits that an address may name."""
YEAR = 365 * 24 * 3600


@page("/themes/{id}")
def theme(request: Request) -> Response:
    store, id = store_of(request), request.path_params["id"]
    choice, query = Choice.of(request.query_params).shared, request.query_params
    found = store.themes.get(id)
    last, known = last_of(request), themes_of(request, choice)
    assert last is not None
    filter, start = choice.filter(last), whole_number(query.get("from", ""))
    quotes = store.themes.quotes(id, filter, limit=QUOTES + 1, offset=start)
    return render(
        request,
        "theme.html",
        theme=found,
        choice=choice,
        offered=offered(request),
        **_numbers(id, filter, last, known),
        **_costly(request, id, filter, known),
        **_told(store, found, taxonomy_of(request).stage_names, known),
        alike=alike(request.app.state.desk.themes(), id, known),
        after=_after(request, id),
        quotes=[figures.quoted(found_quote) for found_quote in quotes[:QUOTES]],
        start=start,
        back=max(0, start - QUOTES),
        more=start + QUOTES if len(quotes) > QUOTES else None,
        said=_said(store, id, query.get("said", "")),
        editor="" if "who" in query else who(request, unquote(request.cookies.get(NAME, ""))),
        today=datetime.now(UTC).date(),
    )


def _numbers(id: str, filter: Filter, last: date, known: Themes) -> Row:
    """Keys figures (None where no segment is left), weekly."""
    figures = next((row for row in known.rows if row["id"] == id), None)
    return {"figures": figures, "weekly": weekly(known.daily, id, filter, last)}


def _costly(request: Request, id: str, filter: Filter, known: Themes) -> Row:
    """Keys costs (sentences), groups, sample (of whom both are), fixes (by day), marks (by week)."""
    store, kept, sample = store_of(request), kept_of(request), drawn_of(request, filter)
    own, chosen = store.themes.get(id), sample.filter
    spoke = kept.get(("contacts", chosen), lambda: list(store.customers.contacts(chosen)), named=False)
    impacts = kept.get(("impact", chosen), lambda: costs.impact(store, None, chosen, spoke=spoke), named=False)
    counted = kept.get(("everything", filter), lambda: everything(store, filter, known.counted))
    return {
        "costs": list(effects.costs(impacts, id).values()),
        "groups": kept.get(("groups", chosen, id), lambda: costs.groups(store, id, chosen, spoke=spoke), named=False),
        "sample": sample,
        "fixes": {f.fix.day: moves.judged(f) for f in fixed(store, theme=id, counted=counted)},
        "marks": moves.marks(known.course, id, [fix.day for fix in own.fixes]),
    }


def _told(store: Store, found: Theme, stages: Sequence[str], known: Themes) -> Row:
    """Keys falls_into (`api/parts.py`), named (by type), history, log, others (themes that it may go into), stages."""
    order = {name: place for place, name in enumerate(stages)}
    row = next((row for row in known.rows if row["id"] == found.id), None)
    where = list(row["stages"].items()) if row else []
    named: dict[str, list[Row]] = {}
    once = row is None or row["conversations"] < ONCE
    for entity in most_named(store, theme=found.id).get(found.id, []):
        if once or entity["segments"] > 1:
            named.setdefault(entity["type"], []).append(entity)
    names, lines = store.themes.names(), edits.log(store)
    return {
        "falls_into": parts(store, found),
        "named": named,
        "history": [chapter for chapter in told(store, found.id) if not chapter["who"]],
        "log": [
            {"edit": line.edit, "words": words(line.edit, names), "counts": line.counts, "conflict": line.conflict}
            for line in lines
            if found.id in (line.edit.theme, line.edit.other, *_undone(lines, line.edit))
        ],
        "others": {t.id: t.name for t in store.themes.current() if t.id != found.id},
        "stages": sorted(where, key=lambda pair: (order.get(pair[0], len(order)), pair[0])),
    }


def _after(request: Request, id: str) -> Row:
    """What comes after it, reckoned once for all themes, whose names do not matter here."""
    store, taxonomy = store_of(request), taxonomy_of(request)
    chosen = drawn_of(request, Filter()).filter
    found = kept_of(request).get(("after", chosen), lambda: outcomes(store, taxonomy, chosen), named=False)
    return found | {"associations": [row for row in found["associations"] if row["theme"] == id]}


def alike(serving: Assigner | None, id: str, known: Themes) -> list[Row]:
    """The themes that are told in the most similar words: keys id, name, conversations, similarity (cosine), closest
    first. [] of a theme that people made."""
    if serving is None or id not in serving.themes:
        return []
    near = serving.centroids @ serving.centroids[serving.themes.index(id)]
    rows = {row["id"]: row for row in known.rows if not row["hidden"]}
    found = []
    for place in np.argsort(-near, kind="stable").tolist():
        other = serving.themes[place]
        if other != id and other in rows and near[place] >= ALIKE:
            row = {name: rows[other][name] for name in ("id", "name", "conversations")}
            found.append(row | {"similarity": float(near[place])})
    return found[:CLOSEST]


def _said(store: Store, id: str, numbers: str) -> list[Row]:
    """The edits that were just made, so that they can be undone at once."""
    asked = {whole_number(number) for number in numbers.split(",")[:MANY]} if numbers else set()
    lines, names = edits.log(store) if asked else [], store.themes.names()
    return [
        {"edit": line.edit, "words": words(line.edit, names), "conflict": line.conflict}
        for line in reversed(lines)
        if line.edit.number in asked and id in (line.edit.theme, line.edit.other, *_undone(lines, line.edit))
    ]


def _undone(lines: Sequence[edits.Line], said: Edit) -> tuple[str, ...]:
    """The themes that an undo speaks of."""
    found = next((line.edit for line in lines if line.edit.number == said.undoes), None)
    return (found.theme, found.other) if found else ()


@router.post("/themes/{id}/edit")
async def say(request: Request) -> Response:
    """One edit of a theme, then its page again, or that of the theme which it became."""
    form = await request.form()
    fields = {name: str(value) for name, value in form.items() if name != "segment"}
    segments = tuple(str(value) for value in form.getlist("segment"))
    return await run_in_threadpool(_say, request, fields, segments)


def _say(request: Request, form: dict[str, str], segments: tuple[str, ...]) -> Response:
    store, desk, id = store_of(request), request.app.state.desk, request.path_params["id"]
    name = who(request, form.get(NAME, ""))
    try:
        with desk.writing:
            said = _edits(store.themes.get(id), form, segments, name)
            made = [edits.edit(store, each) for each in said]
    except FrictionaryError as error:
        return render(request, "refused.html", 400, why=str(error), back=f"/themes/{id}")
    request.state.subject = id
    query = Choice.of(request.query_params).carried
    told = f"{'&' if query else '?'}said={','.join(str(edit.number) for edit in made)}" if made else ""
    shown = _left(store, made, id) if made and made[-1].kind == "undo" else _next(made, id)
    answer = RedirectResponse(f"/themes/{shown}{query}{told}" if shown else f"/{query}", 303)
    answer.set_cookie(NAME, quote(name), max_age=YEAR, httponly=True, samesite="strict")
    return answer


def _next(made: Sequence[Edit], id: str) -> str:
    """The theme to show after the edits: that which messages went to, or which a theme became a part of."""
    last = made[-1] if made else None
    if last and last.kind in ("merge", "split"):
        return last.other
    return (last.theme if last and last.kind == "move" else "") or id


def _left(store: Store, made: Sequence[Edit], id: str) -> str:
    """The theme to show after an undo: its own, or the other one where that is gone; "" of none."""
    known = {theme.id for theme in store.themes.current()}
    return next((one for one in (id, *_undone(edits.log(store), made[-1])) if one in known), "")


def _edits(theme: Theme, form: dict[str, str], segments: tuple[str, ...], name: str) -> list[Edit]:
    """What a form says; nothing where it says what is known. Raises BadInput where a day or a number is none."""
    said = Edit(0, datetime.now(UTC), name, form.get("kind", ""), theme.id)
    text, other = form.get("text", ""), form.get("other", "")
    match said.kind:
        case "know":
            return _known(said, theme, form)
        case "merge":
            return [replace(said, other=other)]
        case "move":
            return [replace(said, theme=other, segments=segments)]
        case "split":
            return [replace(said, segments=segments, text=text)]
        case "undo":
            number = form.get("undoes", "")
            if not number.isdecimal():
                raise BadInput(f"{number!r} is no edit to undo")
            return [replace(said, theme="", undoes=int(number))]
    return [replace(said, text=text)]


def _known(said: Edit, theme: Theme, form: dict[str, str]) -> list[Edit]:
    """The one form of what people know of a theme: its name, its owner, when a fix shipped, a note."""
    name, owner, day, note = (form.get(field, "").strip() for field in ("name", "owner", "day", "note"))
    found = [replace(said, kind="rename", text=name)] if name != theme.name else []
    found += [replace(said, kind="owner", text=owner)] if owner != theme.owner else []
    try:
        found += [replace(said, kind="fixed", day=date.fromisoformat(day))] if day else []
    except ValueError as error:
        raise BadInput(f"{day!r} is no day; write 2026-05-31") from error
    return found + ([replace(said, kind="note", text=note)] if note else [])
