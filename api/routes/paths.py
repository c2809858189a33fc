"""GET /v1/paths: the paths of customers through the stages, a page of customers at a time."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.lists import behind, order, page
from api.routes.customers import SORTS
from api.schemas.figures import PathOut
from api.schemas.findings import Page
from api.schemas.requests import Listed
from api.told import Quoted
from pipelines import journeys

router = APIRouter(prefix="/v1/paths", tags=["journeys"], route_class=Quoted)
TOLD = ("id", "stage", "confidence", "reason", "path")


@router.get("", response_model=Page[PathOut])
def paths(request: Request, question: Annotated[Listed, Query()]) -> dict[str, Any]:
    """Each customer's path through the stages, those with the most conversations first, or by the sorts conversations,
    id, -id. /v1/customers/{id}/journey tells one with its conversations and events."""
    store, taxonomy = request.app.state.store, request.app.state.desk.annotator.taxonomy
    sort = order(question, SORTS)
    place = behind(request, question, sort)
    known = store.customers.page(sort=sort, place=place, limit=question.limit + 1)
    found = [
        {name: told[name] for name in TOLD} | {"conversations": row["conversations"]}
        for row in known
        for told in [journeys.journey(store, row["id"], taxonomy=taxonomy)]
    ]
    return page(request, found, question, sort, lambda item: (item[sort.removeprefix("-")], item["id"]))
