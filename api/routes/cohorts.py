"""Groups of customers side by side."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.kept import kept_of
from api.schemas.groups import AskedCohorts, CohortsOut
from pipelines.cohorts import compared

router = APIRouter(prefix="/v1/cohorts", tags=["journeys"])


@router.get("", response_model=CohortsOut)
def cohorts(request: Request, question: Annotated[AskedCohorts, Query()]) -> dict[str, Any]:
    """Personas by recency, frequency and value, archetypes, or values of an attribute: their friction until a moment,
    and who of them left, wrote and bought after it. Groups of fewer than five customers are told together."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    store, by, days = request.app.state.store, question.by, question.days
    return kept_of(request).get(("cohorts", by, days), lambda: compared(store, taxonomy, by=by, days=days))
