"""Unusual days."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.kept import kept_of
from api.schemas.groups import AnomaliesOut, AskedDays
from pipelines.anomalies import unusual
from pipelines.stores.protocols import Filter

router = APIRouter(prefix="/v1/anomalies", tags=["journeys"])


@router.get("", response_model=AnomaliesOut)
def anomalies(request: Request, question: Annotated[AskedDays, Query()]) -> dict[str, Any]:
    """Days on which a stage, a theme or a channel had more or fewer conversations than its level, its trend and its
    weekdays lead to expect; of all that is told, one in twenty is a false alarm."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    store, filter, days = request.app.state.store, Filter(until=question.until), question.days
    return kept_of(request).get(("anomalies", filter, days), lambda: unusual(store, taxonomy, filter, days=days))
