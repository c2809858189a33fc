"""The dashboard's pages: each reads the store, and shows what `figures.py` made of it."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from api.dashboard import charts, figures, overview, tables
from api.dashboard.choices import PERIODS, Choice
from api.dashboard.marks import CUES
from api.dashboard.words import BAND_NAMES, FILTERS, PARTED, channel, intent, parting, title
from api.effects import moved
from api.kept import Kept, kept_of
from api.security.forgery import Token
from nlp.conversation import Channel
from nlp.errors import NotFound
from nlp.journeys.targets import CONTACT, EXIT, NEXT
from nlp.language import LANGUAGES
from nlp.taxonomy import UNSUPPORTED, Taxonomy
from pipelines.drawn import Drawn, drawn
from pipelines.forecasts import forecasts, open_forecaster
from pipelines.journeys import standing
from pipelines.stores.protocols import Filter, Store

HERE = Path(__file__).parent
ROWS = 50
OFTEN, OFFERED = 2, 40
"""A filter offers the values of so many conversations at least, and so many values at most."""
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
    targets={CONTACT: "Writes again within a week", EXIT: "Leaves within 30 days", NEXT: "Next stage within 30 days"},
    kinds={"product": "Products", "company": "Companies", "competitor": "Competitors", "place": "Places"},
)
Page = Callable[..., Response]


def mount(app: FastAPI) -> None:
    """Add the pages to an application whose state holds `store` and `desk`; "no such page" becomes a page, too."""
    app.state.kept = Kept(app.state.store)
    app.include_router(router)
    app.mount("/dashboard/static", StaticFiles(directory=HERE / "static"))
    otherwise = app.exception_handlers.get(HTTPException)

    async def not_found(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
        if otherwise is None or wants_page:
            return missing(request)
        return await otherwise(request, error)  # type: ignore[no-any-return, misc]

    app.add_exception_handler(404, not_found)


def render(request: Request, name: str, status: int = 200, **context: Any) -> Response:
    """A page; with `?csv=2` its second table as CSV."""
    context |= {"csrf_token": Token(request), "actor": request.state.actor}
    carried = Choice.of(request.query_params).carried
    wanted = request.query_params.get(tables.FIELD, "")
    PARTED.set({} if wanted else parting(request.headers.get("accept-language", "")))
    html = templates.get_template(name).render(here=request.url.path, carried=carried, **context)
    if request.method == "GET" and status == 200:
        if wanted:
            return tables.table(html, wanted, name.partition(".")[0])
        html = tables.linked(html, request.url)
    return HTMLResponse(html, status, {"cache-control": "no-store"})


def missing(request: Request) -> Response:
    return render(request, "missing.html", 404)


def page(path: str) -> Callable[[Page], Page]:
    """A route whose NotFound is a page, and which explains an empty store instead of showing zeros."""

    def decorate(show: Page) -> Page:
        @wraps(show)
        def shown(request: Request) -> Response:
            if last_of(request) is None:
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


def last_of(request: Request) -> date | None:
    """The last day with a conversation; None of an empty store."""
    last: date | None = kept_of(request).get("last", store_of(request).rollups.last, named=False)
    return last


def themes_of(request: Request, choice: Choice) -> overview.Themes:
    """Of the choice that goes from page to page."""
    choice, last = choice.shared, last_of(request)
    assert last is not None
    return kept_of(request).get(("themes", choice), lambda: overview.themes(store_of(request), choice, last))


def drawn_of(request: Request, filter: Filter) -> Drawn:
    """The customers whose journeys and costs a page reads."""
    found: Drawn = kept_of(request).get(("drawn", filter), lambda: drawn(store_of(request), filter), named=False)
    return found


def stages_of(request: Request) -> tuple[str, ...]:
    return taxonomy_of(request).stage_names


def offered(request: Request) -> Mapping[str, Mapping[str, str]]:
    """What the bar of filters offers, by the names of `Choice`: each value with the words that show it."""
    store, taxonomy = store_of(request), taxonomy_of(request)
    known = kept_of(request).get("options", store.rollups.options, named=False)
    frequent = {kind: [value for value, count in values if count >= OFTEN] for kind, values in known.items()}
    return {
        "stage": {name: title(name) for name in taxonomy.stage_names},
        "intent": {name: intent(name) for name in (*taxonomy.intent_names, UNSUPPORTED)},
        "theme": {theme.id: theme.name for theme in store.themes.current()},
        "language": {code: LANGUAGES.get(code, "Not known") for code in frequent["language"]},
        "segment": {value: title(value.replace("=", ": ", 1)) for value in frequent["segment"][:OFFERED]},
        **{kind: {value: title(value) for value in frequent[kind][:OFFERED]} for kind in ("product", "company")},
    }


@page("/")
def front(request: Request) -> Response:
    choice, last = Choice.of(request.query_params), last_of(request)
    assert last is not None
    known = themes_of(request, choice)
    language = request.headers.get("accept-language", "")[:20]
    found = kept_of(request).get(
        ("overview", choice, language),
        lambda: overview.overview(store_of(request), choice, last, known),
    )
    return render(request, "overview.html", choice=choice, offered=offered(request), **found)


@page("/edits")
def edits(request: Request) -> Response:
    return render(request, "edits.html", lines=figures.edits(store_of(request)))


@page("/customers")
def customers(request: Request) -> Response:
    choice, start = Choice.of(request.query_params).shared, request.query_params.get("after", "")
    known = store_of(request).customers.page(choice.filter(last_of(request)), after=start, limit=ROWS + 1)
    rows = standing(store_of(request), known, taxonomy=taxonomy_of(request))
    return render(
        request,
        "customers.html",
        choice=choice,
        offered=offered(request),
        rows=rows[:ROWS],
        after=rows[ROWS - 1]["id"] if len(rows) > ROWS else "",
        paged=bool(start),
    )


@page("/customers/{id:path}")
def customer(request: Request) -> Response:
    store, id, taxonomy = store_of(request), request.path_params["id"], taxonomy_of(request)
    found = figures.customer(store, id, taxonomy)
    return render(request, "customer.html", foretold=foretold(request, id), **found)


def foretold(request: Request, customer: str) -> dict[str, Any]:
    """As of the end of the last day that the store knows anything of: later, all would have fallen silent."""
    last, folder = last_of(request), request.app.state.settings.forecasts
    assert last is not None
    model = open_forecaster(Path(folder)) if folder else None
    at = datetime.combine(last + timedelta(days=1), time(), UTC)
    return forecasts(store_of(request), customer, at, taxonomy=taxonomy_of(request), forecaster=model)


@page("/tables/{noun}.csv")
def noun(request: Request) -> Response:
    """All rows of a noun that fulfil the filters, as `frictionary export` writes them."""
    wanted = request.path_params["noun"]
    if wanted not in tables.NOUNS:
        raise NotFound(f"no table {wanted!r}; known: {', '.join(tables.NOUNS)}")
    choice = Choice.of(request.query_params)
    return tables.whole(request, store_of(request), wanted, choice.filter(last_of(request)))


@page("/conversations")
def conversations(request: Request) -> Response:
    choice, after = Choice.of(request.query_params), request.query_params.get("after", "")
    filter = choice.filter(last_of(request))
    rows = store_of(request).conversations.page(filter, after=after, limit=ROWS + 1)
    return render(
        request,
        "conversations.html",
        choice=choice,
        count=kept_of(request).get(("count", filter), lambda: store_of(request).rollups.count(filter), named=False),
        rows=[figures.listed(*row) for row in rows[:ROWS]],
        after=rows[ROWS - 1][0].id if len(rows) > ROWS else "",
        paged=bool(after),
        offered=offered(request),
    )


@page("/conversations/{id:path}")
def conversation(request: Request) -> Response:
    store, id = store_of(request), request.path_params["id"]
    encoder = request.app.state.desk.annotator.encoder.version
    alike = kept_of(request).get(("similar", id), lambda: figures.similar(store, id, encoder))
    return render(request, "conversation.html", alike=alike, **figures.conversation(store, id))


def whole_number(text: str) -> int:
    """0 for what is none: an address that a person edited still shows a page."""
    return min(int(text), 1_000_000) if text.isdecimal() and len(text) < 8 else 0
