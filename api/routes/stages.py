"""The stages of the journey, and the moves between them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.filters import chosen
from api.kept import kept_of
from api.lists import listed
from api.schemas.figures import StageOut, Transition
from api.schemas.findings import Page
from api.schemas.flow import AskedMap, JourneyMap
from api.schemas.requests import ListedQuestion
from api.told import Told
from pipelines import journeys
from pipelines.journey_map import journey_map

router = APIRouter(prefix="/v1/stages", tags=["journeys"], route_class=Told)


@router.get("", response_model=Page[StageOut])
def stages(request: Request, question: Annotated[ListedQuestion, Query()]) -> dict[str, Any]:
    """Every stage in order: volume, sentiment, friction, and the themes that hurt most there; or by the sorts
    -conversations, -friction, sentiment."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    rows = journeys.stages(request.app.state.store, taxonomy, chosen(question, taxonomy))
    return listed(request, rows, question, sorts=("", "-conversations", "-friction", "sentiment"), id="stage")


@router.get("/transitions", response_model=Page[Transition])
def transitions(request: Request, question: Annotated[ListedQuestion, Query()]) -> dict[str, Any]:
    """Moves from stage to stage, the most frequent first."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    rows = journeys.transitions(request.app.state.store, chosen(question, taxonomy), taxonomy=taxonomy)
    moves = [row | {"id": f"{row['from']}:{row['to']}"} for row in rows]
    return listed(request, moves, question, sorts=("-count", "count", "median_days"))


@router.get("/map", response_model=JourneyMap)
def map(request: Request, question: Annotated[AskedMap, Query()]) -> dict[str, Any]:
    """The journey map: per stage volume, customers, friction, sentiment, effort, intents, themes, dwell time, loops,
    channel switches, handovers and drop-off, with intervals and against the period before; and every move."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    store, filter, gap = request.app.state.store, chosen(question, taxonomy), question.gap
    return kept_of(request).get(("map", filter, gap), lambda: journey_map(store, taxonomy, filter, gap=gap))
