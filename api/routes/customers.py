"""Customers, known by pseudonym alone: their journeys, and features and forecasts as of any moment."""

from datetime import UTC, datetime
from pathlib import Path as Folder
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.lists import behind, order, page
from api.schemas.figures import CustomerOut, Features, Journey
from api.schemas.findings import Page
from api.schemas.journeys import ForecastsOut
from api.schemas.requests import AskedOrNow, Listed
from api.told import Quoted
from pipelines import journeys
from pipelines.features import online
from pipelines.forecasts import forecasts as foretold
from pipelines.forecasts import open_forecaster

router = APIRouter(prefix="/v1/customers", tags=["journeys"], route_class=Quoted)
SORTS = ("-conversations", "conversations", "id", "-id")
Id = Annotated[str, Path(description="The pseudonym.", examples=["c0123456789abcdef0123"])]


@router.get("", response_model=Page[CustomerOut])
def customers(request: Request, question: Annotated[Listed, Query()]) -> dict[str, Any]:
    """Those with the most conversations first, or by the sorts conversations, id, -id."""
    sort = order(question, SORTS)
    place = behind(request, question, sort)
    state = request.app.state
    known = state.store.customers.page(sort=sort, place=place, limit=question.limit + 1)
    found = journeys.standing(state.store, known, taxonomy=state.desk.annotator.taxonomy)
    return page(request, found, question, sort, lambda item: (item[sort.removeprefix("-")], item["id"]))


@router.get("/{id}/journey", response_model=Journey)
def journey(request: Request, id: Id) -> dict[str, Any]:
    """A customer's conversations and events in order of time, and the path through the stages that they show."""
    return journeys.journey(request.app.state.store, id, taxonomy=request.app.state.desk.annotator.taxonomy)


@router.get("/{id}/features", response_model=Features)
def features(request: Request, id: Id, asked: Annotated[AskedOrNow, Query()]) -> dict[str, Any]:
    """A customer's past in figures, as it was known at a moment; within milliseconds for now."""
    taxonomy, at = request.app.state.desk.annotator.taxonomy, asked.at or datetime.now(UTC)
    found = online(request.app.state.store, id, at, taxonomy=taxonomy)
    return {"customer": id, "at": at, "features": found}


@router.get("/{id}/forecasts", response_model=ForecastsOut)
def forecasts(request: Request, id: Id, asked: Annotated[AskedOrNow, Query()]) -> dict[str, Any]:
    """What a customer will probably do next, from what was known before a moment alone, each with its reasons.

    By a model learnt from your own past (`frictionary train forecasts`); without one by a rule, which says so."""
    state, at = request.app.state, asked.at or datetime.now(UTC)
    folder = state.settings.forecasts
    model = open_forecaster(Folder(folder)) if folder else None
    return foretold(state.store, id, at, taxonomy=state.desk.annotator.taxonomy, forecaster=model)
