"""GET /v1/search: what customers and agents said, by words or by meaning."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.filters import chosen
from api.lists import behind, page
from api.schemas.findings import Page
from api.schemas.requests import SearchQuestion
from api.schemas.search import HitOut
from api.told import Quoted
from pipelines.search import DEPTH, search

router = APIRouter(prefix="/v1/search", tags=["conversations"], route_class=Quoted)


@router.get("", response_model=Page[HitOut])
def found(request: Request, question: Annotated[SearchQuestion, Query()]) -> dict[str, Any]:
    """Turns that say what is asked for, or something like it, the best first; the first 1,000 at most.

    A page goes on by rank: what comes in or is forgotten between two pages may shift it.
    """
    desk = request.app.state.desk
    place = behind(request, question, "")
    offset = min(int(place[0]), DEPTH) if place else 0
    hits = search(
        request.app.state.store,
        question.q,
        mode=question.mode,
        encoder=desk.annotator.encoder,
        filter=chosen(question, desk.annotator.taxonomy),
        speaker=question.speaker or "",
        least=question.least,
        limit=question.limit + 1,
        offset=offset,
    )
    rows = [asdict(hit) | {"highlights": [{"start": a, "end": b} for a, b in hit.highlights]} for hit in hits]
    return page(request, rows, question, "", lambda _: (offset + question.limit, ""))
