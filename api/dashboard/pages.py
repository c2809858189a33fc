"""The dashboard's pages: each reads the store, and shows what `figures.py` made of it."""

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from api.dashboard import charts, figures, flow, plotly
from api.dashboard.choices import PERIODS, Choice
from api.dashboard.marks import CUES
from api.dashboard.words import BAND_NAMES, FILTERS, channel, intent, title
from api.effects import moved
from api.security.forgery import Token
from nlp.conversation import Channel
from nlp.errors import NotFound
from nlp.taxonomy import UNSUPPORTED, Taxonomy
from pipelines.journey_map import journey_map
from pipelines.outcomes import outcomes
from pipelines.stores.protocols import Store

HERE = Path(__file__).parent
ROWS = 50
QUOTES = 20
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters.update(FILTERS, sparkline=charts.sparkline, moved=moved)
templates.globals.update(
    periods=PERIODS,
    channels={str(c): title(channel(c, 2)) for c in Channel},
    bands=BAND_NAMES,
    cues=CUES,
    kinds={"product": "Products", "company": "Companies", "competitor": "Competitors", "place": "Places"},
    plotly=plotly.PATH,
)
Page = Callable[..., Response]


def mount(app: FastAPI) -> None:
    """Add the pages to an application whose state holds `store` and `desk`; "no such page" becomes a page, too."""
    app.include_router(router)
    app.mount("/dashboard/static", StaticFiles(directory=HERE / "static"))
    otherwise = app.exception_handlers.get(HTTPException)

    async def not_found(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
        if otherwise is None or wants_page:
            return missing(request)
        return await otherwise(request, error)  # type: ignore[no-any-return, misc]

    app.add_exception_handler(404, not_found)


def render(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    context["csrf_token"] = Token(request)
    html = templates.get_template(name).render(here=request.url.path, **context)
    return HTMLResponse(html, status, {"cache-control": "no-store"})


def missing(request: Request) -> HTMLResponse:
    return render(request, "missing.html", 404)


def page(path: str) -> Callable[[Page], Page]:
    """A route whose NotFound is a page, and which explains an empty store instead of showing zeros."""

    def decorate(show: Page) -> Page:
        @wraps(show)
        def shown(request: Request) -> Response:
            if not store_of(request).conversations.count():
                url = store_of(request).url
                return render(request, "empty.html", store=url if url.startswith("sqlite:") else "")
            try:
                return show(request)
            except NotFound:
                return missing(request)

        router.get(path)(shown)
        return shown

    return decorate


def store_of(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def taxonomy_of(request: Request) -> Taxonomy:
    taxonomy: Taxonomy = request.app.state.desk.annotator.taxonomy
    return taxonomy


def stages_of(request: Request) -> tuple[str, ...]:
    return taxonomy_of(request).stage_names


def offered(request: Request) -> Mapping[str, Mapping[str, str]]:
    """What the filters offer: each name with the words that show it."""
    taxonomy = taxonomy_of(request)
    return {
        "stages": {name: title(name) for name in taxonomy.stage_names},
        "intents": {name: intent(name) for name in (*taxonomy.intent_names, UNSUPPORTED)},
        "themes": {theme.id: theme.name for theme in store_of(request).themes.current()},
    }


@page("/")
def overview(request: Request) -> Response:
    choice = Choice.of(request.query_params)
    return render(
        request, "overview.html", choice=choice, **offered(request), **figures.overview(store_of(request), choice)
    )


@page("/themes/{id}")
def theme(request: Request) -> Response:
    found = figures.theme(store_of(request), request.path_params["id"], stages_of(request))
    start = whole_number(request.query_params.get("from", ""))
    quotes = store_of(request).themes.quotes(found["theme"].id, limit=QUOTES + 1, offset=start)
    shown = [figures.quoted(quote) for quote in quotes[:QUOTES]]
    more = start + QUOTES if len(quotes) > QUOTES else None
    after = outcomes(store_of(request), taxonomy_of(request), theme=found["theme"].id)
    where = {"start": start, "back": max(0, start - QUOTES), "more": more}
    return render(request, "theme.html", quotes=shown, after=after, **where, **found)


@page("/edits")
def edits(request: Request) -> Response:
    return render(request, "edits.html", lines=figures.edits(store_of(request)))


@page("/map")
def theme_map(request: Request) -> Response:
    return render(request, "map.html", themes=figures.themes_on_map(store_of(request)))


@router.get("/dashboard/data/map")
def theme_map_data(request: Request) -> JSONResponse:
    return JSONResponse(figures.map_points(store_of(request)))


@page("/stages")
def stages(request: Request) -> Response:
    choice = Choice.of(request.query_params)
    store, taxonomy = store_of(request), taxonomy_of(request)
    found = figures.stages(store, taxonomy, choice)
    map = journey_map(store, taxonomy, choice.filter(store.overview()["last"]))
    return render(request, "stages.html", choice=choice, map=map, flow=flow.flow(map, taxonomy.stage_names), **found)


@page("/customers")
def customers(request: Request) -> Response:
    rows = store_of(request).customers.page(after=request.query_params.get("after", ""), limit=ROWS + 1)
    after = rows[ROWS - 1]["id"] if len(rows) > ROWS else ""
    return render(request, "customers.html", rows=rows[:ROWS], after=after, paged="after" in request.query_params)


@page("/customers/{id:path}")
def customer(request: Request) -> Response:
    found = figures.customer(store_of(request), request.path_params["id"], taxonomy_of(request))
    return render(request, "customer.html", **found)


@page("/conversations")
def conversations(request: Request) -> Response:
    choice, after = Choice.of(request.query_params), request.query_params.get("after", "")
    filter = choice.filter(store_of(request).overview()["last"])
    rows = store_of(request).conversations.page(filter, after=after, limit=ROWS + 1)
    return render(
        request,
        "conversations.html",
        choice=choice,
        count=store_of(request).conversations.count(filter),
        rows=[figures.listed(*row) for row in rows[:ROWS]],
        after=rows[ROWS - 1][0].id if len(rows) > ROWS else "",
        paged=bool(after),
        **offered(request),
    )


@page("/conversations/{id:path}")
def conversation(request: Request) -> Response:
    return render(request, "conversation.html", **figures.conversation(store_of(request), request.path_params["id"]))


@router.get(plotly.PATH)
def plotly_script(request: Request) -> Response:
    return plotly.answer(zipped="gzip" in request.headers.get("accept-encoding", ""))


def whole_number(text: str) -> int:
    """0 for what is none: an address that a person edited still shows a page."""
    return min(int(text), 1_000_000) if text.isdecimal() and len(text) < 8 else 0
