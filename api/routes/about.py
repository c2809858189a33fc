"""The store as a whole, the runs that filled it, the taxonomy, and whether the server is well."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.filters import chosen
from api.lists import behind, listed, order, page
from api.schemas.figures import Health, Overview, RunOut, RunWithInputs, TaxonomyOut
from api.schemas.findings import Page
from api.schemas.requests import Listed, Question, RunsQuestion
from api.schemas.themes import QualityOut
from api.told import Told
from nlp.errors import StoreError
from pipelines.annotate import Annotator
from pipelines.overview import overview as figures

router = APIRouter(tags=["about"], route_class=Told)
DISCOVERIES = 10_000
RUNS = ("-started_at", "started_at")


@router.get("/health", response_model=Health)
def health(request: Request, response: Response) -> dict[str, Any]:
    """Whether the store answers, and which models speak. 503 where it does not."""
    state = request.app.state
    known: dict[str, Any] = {"status": "ok", "store": "ok", "version": request.app.version, "themes": None}
    try:
        known["themes"] = state.store.themes.current_run()
    except StoreError:
        response.status_code = 503
        known |= {"status": "degraded", "store": "cannot be reached"}
    annotator: Annotator = state.desk.annotator
    models = {"encoder": annotator.encoder.version, "intents": annotator.intents.name, "signals": annotator.version}
    return known | {"models": models, "taxonomy": f"{annotator.taxonomy.name} {annotator.taxonomy.version}"}


@router.get("/v1/overview", response_model=Overview)
def overview(request: Request, question: Annotated[Question, Query()]) -> dict[str, Any]:
    """The figures of all conversations that fulfil the filters, by channel, stage, intent and week."""
    state = request.app.state
    return figures(state.store, chosen(question, state.desk.annotator.taxonomy))


@router.get("/v1/runs", response_model=Page[RunOut])
def runs(request: Request, question: Annotated[RunsQuestion, Query()]) -> dict[str, Any]:
    """What came in when, newest first, or by the sort started_at."""
    sort, store = order(question, RUNS), request.app.state.store
    place = behind(request, question, sort)
    found = store.runs.page(limit=question.limit + 1, status=question.status, sort=sort, place=place)
    return page(request, [asdict(run) for run in found], question, sort, lambda run: (run["started_at"], run["id"]))


@router.get("/v1/runs/{id}", response_model=RunWithInputs)
def run(
    request: Request, id: Annotated[str, Path(pattern=r"^[\w-]", examples=["run-20261101T120000000000Z"])]
) -> dict[str, Any]:
    """One run, with the files that it took in, their hashes, and why records of them could not be read."""
    runs = request.app.state.store.runs
    return asdict(runs.get(id)) | {"inputs": [asdict(one) for one in runs.inputs(id)]}


@router.get("/v1/quality", response_model=Page[QualityOut])
def quality(request: Request, question: Annotated[Listed, Query()]) -> dict[str, Any]:
    """What each discovery of themes says of itself, newest first: how far it may be relied on, and why not."""
    found = request.app.state.store.qualities.page(limit=DISCOVERIES)
    rows = (asdict(each) | {"reliable": each.reliable} for each in found)
    return listed(request, rows, question, sorts=("",), id="run")


@router.get("/v1/taxonomy", response_model=TaxonomyOut)
def taxonomy(request: Request) -> dict[str, Any]:
    """The intents and stages that findings name, and the events that lead to a stage."""
    return asdict(request.app.state.desk.annotator.taxonomy)
