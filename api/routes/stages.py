"""The stages of the journey, and the moves between them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.filters import chosen
from api.schemas.figures import StageOut, Transition
from api.schemas.flow import AskedMap, JourneyMap
from api.schemas.requests import Question
from pipelines import journeys
from pipelines.journey_map import journey_map

router = APIRouter(prefix="/v1/stages", tags=["journeys"])


@router.get("", response_model=list[StageOut])
def stages(request: Request, question: Annotated[Question, Query()]) -> list[dict[str, Any]]:
    """Every stage in order: volume, sentiment, friction, and the themes that hurt most there."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    return journeys.stages(request.app.state.store, taxonomy, chosen(question, taxonomy))


@router.get("/transitions", response_model=list[Transition])
def transitions(request: Request, question: Annotated[Question, Query()]) -> list[dict[str, Any]]:
    """Moves from stage to stage, the most frequent first."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    return journeys.transitions(request.app.state.store, chosen(question, taxonomy), taxonomy=taxonomy)


@router.get("/map", response_model=JourneyMap)
def map(request: Request, question: Annotated[AskedMap, Query()]) -> dict[str, Any]:
    """The journey map: per stage volume, customers, friction, sentiment, effort, intents, themes, dwell time, loops,
    channel switches, handovers and drop-off, with intervals and against the period before; and every move."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    return journey_map(request.app.state.store, taxonomy, chosen(question, taxonomy), gap=question.gap)
