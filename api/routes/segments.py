"""Segments: what findings speak of, over all conversations."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.filters import chosen
from api.lists import Key, behind, order, page
from api.routes.conversations import finding
from api.schemas.findings import Page
from api.schemas.requests import SegmentsQuestion, Sparse
from api.schemas.search import SegmentOut
from api.told import Quoted
from nlp.errors import NotFound
from pipelines.stores.protocols import Quote

router = APIRouter(prefix="/v1/segments", tags=["conversations"], route_class=Quoted)
SORTS = ("-at", "at", "-friction", "friction", "-sentiment", "sentiment")


@router.get("", response_model=Page[SegmentOut])
def segments(request: Request, question: Annotated[SegmentsQuestion, Query()]) -> dict[str, Any]:
    """Segments of the conversations that fulfil the filters, those said last first, or by the sorts at, -friction,
    friction, -sentiment, sentiment."""
    filter, sort = chosen(question, request.app.state.desk.annotator.taxonomy), order(question, SORTS)
    found = request.app.state.store.signals.page(
        filter,
        friction=question.friction,
        sort=sort,
        place=behind(request, question, sort),
        limit=question.limit + 1,
    )

    def key(item: dict[str, Any]) -> Key:
        return item[sort.removeprefix("-")], item["id"]

    return page(request, [told(quote) for quote in found], question, sort, key)


@router.get("/{id:path}", response_model=SegmentOut)
def segment(
    request: Request,
    id: Annotated[str, Path(description='"source:id#turn:start"', examples=["zendesk:20410#0:0"])],
    _: Annotated[Sparse, Query()],
) -> dict[str, Any]:
    """One segment, with what was found in it; "#" is written %23 in a path."""
    found = request.app.state.store.signals.quotes([id])
    if not found:
        raise NotFound(f"no segment {id!r}")
    return told(found[0])


def told(quote: Quote) -> dict[str, Any]:
    """A finding with its place in the store."""
    return finding(quote) | {
        "id": quote.segment.id,
        "conversation": quote.segment.conversation,
        "channel": quote.channel,
        "customer": quote.customer,
        "at": quote.at,
        "text": quote.text,
    }
