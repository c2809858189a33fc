"""What carries buying and leaving: channels at stages, or themes."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.schemas.journeys import AttributionOut
from api.schemas.requests import AskedCredit
from pipelines.attribution import attributed

router = APIRouter(prefix="/v1/attribution", tags=["journeys"])


@router.get("", response_model=AttributionOut)
def found(request: Request, question: Annotated[AskedCredit, Query()]) -> dict[str, Any]:
    """Removal effect and Shapley value with intervals, first and last touch beside them. None of them tells a cause."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    return attributed(request.app.state.store, taxonomy, of=question.of, by=question.by, order=question.order)
