"""The page of one theme: its figures, its customers' words, and what people say of it, said in place."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from api import effects
from api.dashboard import figures, moves
from api.dashboard.choices import Choice
from api.dashboard.overview import Themes, everything, weekly
from api.dashboard.pages import (
    kept_of,
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
NAME = "who"
"""The cookie and the field that hold who edits."""
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
        **_numbers(store, id, filter, last, known),
        **_costly(request, id, filter, known),
        **_told(store, found, taxonomy_of(request).stage_names, known),
        alike=alike(request.app.state.desk.themes(), id, known),
        after=_after(request, id),
        quotes=[figures.quoted(quote) for quote in quotes[:QUOTES]],
        start=start,
        back=max(0, start - QUOTES),
        more=start + QUOTES if len(quotes) > QUOTES else None,
        said=_said(store, id, whole_number(query.get("said", ""))),
        editor="" if "who" in query else who(request) or request.cookies.get(NAME, ""),
        today=datetime.now(UTC).date(),
    )


def _numbers(store: Store, id: str, filter: Filter, last: date, known: Themes) -> Row:
    """Keys figures (None where no segment is left), weekly, stages, channels."""
    row = next((row for row in known.rows if row["id"] == id), None)
    whole = max(1, sum(r["conversations"] for r in known.daily if not r["theme"] and _within(r["day"], filter)))
    own = row and row | {"share": row["conversations"] / whole}
    return {"figures": own, "weekly": weekly(known.daily, id, filter, last)}


def _within(day: date, filter: Filter) -> bool:
    return filter.since is None or day >= filter.since.date()


def _costly(request: Request, id: str, filter: Filter, known: Themes) -> Row:
    """Keys costs (sentences), groups, fixes (by day), marks (by week)."""
    store, kept = store_of(request), kept_of(request)
    own = store.themes.get(id)
    impacts = kept.get(("impact", filter), lambda: costs.impact(store, None, filter))
    counted = kept.get(("everything", filter), lambda: everything(store, filter, known.counted))
    return {
        "costs": list(effects.costs(impacts, id).values()),
        "groups": kept.get(("groups", filter, id), lambda: costs.groups(store, id, filter)),
        "fixes": {f.fix.day: moves.judged(f) for f in fixed(store, theme=id, counted=counted)},
        "marks": moves.marks(known.course, id, [fix.day for fix in own.fixes]),
    }


def _told(store: Store, found: Theme, stages: Sequence[str], known: Themes) -> Row:
    """Keys falls_into (`api/parts.py`), named (by type), history, log, others (themes that it may go into), stages."""
    order = {name: place for place, name in enumerate(stages)}
    row = next((row for row in known.rows if row["id"] == found.id), None)
    where = list(row["stages"].items()) if row else []
    named: dict[str, list[Row]] = {}
    for entity in most_named(store, theme=found.id).get(found.id, []):
        named.setdefault(entity["type"], []).append(entity)
    names = store.themes.names()
    return {
        "falls_into": parts(store, found),
        "named": named,
        "history": [chapter for chapter in told(store, found.id) if not chapter["who"]],
        "log": [
            {"edit": line.edit, "words": words(line.edit, names), "counts": line.counts, "conflict": line.conflict}
            for line in edits.log(store, found.id)
        ],
        "others": {t.id: t.name for t in store.themes.current() if t.id != found.id},
        "stages": sorted(where, key=lambda pair: (order.get(pair[0], len(order)), pair[0])),
    }


def _after(request: Request, id: str) -> Row:
    """What comes after it, reckoned once for all themes."""
    store, taxonomy = store_of(request), taxonomy_of(request)
    found = kept_of(request).get("outcomes", lambda: outcomes(store, taxonomy))
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


def _said(store: Store, id: str, number: int) -> Row | None:
    """The edit that was just made, so that it can be undone at once."""
    lines = edits.log(store) if number else []
    for line in lines:
        if line.edit.number == number and id in (line.edit.theme, line.edit.other, *_undone(lines, line.edit)):
            return asdict(line) | {"words": words(line.edit, store.themes.names()), "edit": line.edit}
    return None


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
    name = who(request) or form.get(NAME, "").strip()
    try:
        with desk.writing:
            made = edits.edit(store, _edit(id, form, segments, name))
    except FrictionaryError as error:
        return render(request, "refused.html", 400, why=str(error), back=f"/themes/{id}")
    to = {"merge": made.other, "split": made.other, "move": made.theme or id}.get(made.kind, id)
    query = Choice.of(request.query_params).carried
    answer = RedirectResponse(f"/themes/{to}{query}{'&' if query else '?'}said={made.number}", 303)
    if not who(request):
        answer.set_cookie(NAME, name, max_age=YEAR, httponly=True, samesite="strict")
    return answer


def _edit(id: str, form: dict[str, str], segments: tuple[str, ...], name: str) -> Edit:
    """Raises BadInput where a day or a number is none."""
    said = Edit(0, datetime.now(UTC), name, form.get("kind", ""), id, text=form.get("text", ""))
    if said.kind == "merge":
        return replace(said, other=form.get("other", ""), text="")
    if said.kind == "move":
        return replace(said, theme=form.get("other", ""), segments=segments, text="")
    if said.kind == "split":
        return replace(said, segments=segments)
    try:
        if said.kind == "fixed":
            return replace(said, day=date.fromisoformat(form.get("day", "")), text="")
        if said.kind == "undo":
            return replace(said, theme="", text="", undoes=int(form.get("undoes", "")))
    except ValueError as error:
        given = form.get("day" if said.kind == "fixed" else "undoes", "")
        raise BadInput(f"{given!r} is no {'day; write 2026-05-31' if said.kind == 'fixed' else 'edit'}") from error
    return said
