"""What carries buying and leaving: channels at stages, or themes."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.kept import kept_of
from api.schemas.journeys import AttributionOut
from api.schemas.requests import AskedCredit
from pipelines.attribution import attributed

router = APIRouter(prefix="/v1/attribution", tags=["journeys"])


@router.get("", response_model=AttributionOut)
def found(request: Request, question: Annotated[AskedCredit, Query()]) -> dict[str, Any]:
    """Removal effect and Shapley value with intervals, first and last touch beside them. None of them tells a cause."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    store, of, by, order = request.app.state.store, question.of, question.by, question.order
    make = partial(attributed, store, taxonomy, of=of, by=by, order=order)
    return kept_of(request).get(("attribution", of, by, order), make)
