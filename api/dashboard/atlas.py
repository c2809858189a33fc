"""The map's pages: the points, what lies within a shape drawn on it, and a theme made of that."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.dashboard import figures
from api.dashboard.choices import Choice
from api.dashboard.pages import last_of, offered, page, render, router, store_of, themes_of
from api.dashboard.who import who
from nlp.errors import BadInput
from pipelines.atlas import NOWHERE, Atlas, Numbers, atlas, read_shape, state
from pipelines.gather import MOST, gather
from pipelines.stores.protocols import Filter

QUOTES = 20
NAMED = 5
MAPS = 4
"""Choices whose maps are kept."""
MODES = {
    "theme": "Theme",
    "friction": "Friction",
    "sentiment": "Sentiment",
    "stage": "Stage",
    "channel": "Channel",
    "time": "Time",
}


@page("/map")
def themes(request: Request) -> Response:
    choice = Choice.of(request.query_params).shared
    rows = [row for row in themes_of(request, choice).rows if not row["hidden"]]
    known = bool(rows or store_of(request).themes.current())
    return render(request, "map.html", themes=rows, known=known, modes=MODES, choice=choice, offered=offered(request))


@router.get("/dashboard/data/map")
def points(request: Request) -> Response:
    """The points as columns (`Atlas.to_bytes`); asked for again, nothing where nothing has changed."""
    tag = '"{}-{}-{}"'.format(*state(store_of(request)))
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(
        atlas_of(request, chosen(request)).to_bytes(), headers=headers, media_type="application/octet-stream"
    )


@page("/map/read")
def read(request: Request) -> Response:
    """What lies within `?shape=x,y,x,y,…`, of the conversations chosen."""
    shape, choice = request.query_params.get("shape", ""), chosen(request)
    found = atlas_of(request, choice)
    try:
        rows = found.within(read_shape(shape))
    except BadInput as error:
        return render(request, "refused.html", 400, why=str(error), back="/map")
    quotes = store_of(request).signals.quotes([found.ids[n] for n in rows[:QUOTES]])
    return render(
        request,
        "map_read.html",
        shape=shape,
        address=f"/map/read{choice.query()}{'&' if choice.chosen else '?'}shape={shape}",
        choice=choice,
        quotes=[figures.quoted(quote) for quote in quotes],
        most=MOST,
        who=who(request),
        **told(found, rows),
    )


@router.post("/map/theme")
async def make(request: Request) -> Response:
    """A theme of all that lies within a shape, of the conversations chosen."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    return theme_of(request, form)


def theme_of(request: Request, form: dict[str, str]) -> Response:
    found, desk = atlas_of(request, Choice.of(form).shared), request.app.state.desk
    try:
        segments = [found.ids[n] for n in found.within(read_shape(form.get("shape", "")))]
        with desk.writing:
            said = {"name": form.get("name", ""), "who": who(request, form.get("who", ""))}
            made = gather(store_of(request), segments, **said, at=datetime.now(UTC))
    except BadInput as error:
        return render(request, "refused.html", 400, why=str(error), back="/map")
    return RedirectResponse(f"/themes/{made}", 303)


def chosen(request: Request) -> Choice:
    return Choice.of(request.query_params).shared


def atlas_of(request: Request, choice: Choice) -> Atlas:
    """Kept until the themes or the segments change."""
    store, filter = store_of(request), choice.filter(last_of(request))
    kept, now = getattr(request.app.state, "atlas", None), state(store)
    if kept is None or kept[0] != now:
        kept = request.app.state.atlas = (now, dict[Filter, Atlas]())
    known: dict[Filter, Atlas] = kept[1]
    if filter not in known:
        while len(known) >= MAPS:
            known.pop(next(iter(known)), None)
        known[filter] = atlas(store, filter)
    return known[filter]


def told(found: Atlas, rows: Numbers) -> dict[str, Any]:
    """Figures of some of the points: keys count, themes (the most frequent ones), others, friction, sentiment, first,
    last."""
    if not len(rows):
        return {"count": 0}
    tally = Counter(found.theme[rows].tolist()).most_common()
    named = [("", "") if n == NOWHERE else found.themes[n] for n, _ in tally]
    shown: list[dict[str, Any]] = [
        {"id": id, "name": name, "count": n} for (id, name), (_, n) in zip(named, tally, strict=True)
    ][:NAMED]
    days = found.day[rows]
    return {
        "count": len(rows),
        "themes": shown,
        "others": len(rows) - sum(row["count"] for row in shown),
        "friction": float(found.friction[rows].mean()),
        "sentiment": float(found.sentiment[rows].mean()) / 100,
        "first": found.day_of(int(days.min())),
        "last": found.day_of(int(days.max())),
    }
