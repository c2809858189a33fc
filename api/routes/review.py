"""Findings in doubt: what waits for people, what they say, how far they agree."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request

from api.dashboard.who import who
from api.schemas.review import CorrectionIn, CorrectionOut, ItemOut, OfKind, Queue, StandingOut
from nlp.corrections import Correction
from pipelines import review

router = APIRouter(prefix="/v1/review", tags=["review"])
EXAMPLES = {
    "intent": {"value": {"kind": "intent", "segment": "shop:4711#0:0", "value": "refund_request", "who": "Ada"}},
    "cannot tell": {"value": {"kind": "sentiment", "segment": "shop:4711#0:0", "value": "?", "who": "Ada"}},
}


@router.get("", response_model=list[ItemOut])
def queue(request: Request, question: Annotated[Queue, Query()]) -> list[dict[str, Any]]:
    """What is in doubt and waits for `who`, what is most worth a look first."""
    state, name = request.app.state, question.who or who(request)
    found = review.queue(state.store, question.kind, name, assigner=state.desk.themes(), limit=question.limit)
    return [
        {"segment": item.quote.segment.id, "text": item.quote.text, "kind": item.kind, "guess": item.guess}
        | {"why": item.why, "options": [{"value": value, "score": score} for value, score in item.options]}
        for item in found
    ]


@router.post("", response_model=CorrectionOut)
def add(request: Request, body: Annotated[CorrectionIn, Body(openapi_examples=EXAMPLES)]) -> Correction:
    """Say what a finding should be; saying what the model says confirms it. A theme that is another one is also an
    edit: the segment moves."""
    desk, fields = request.app.state.desk, body.model_dump()
    said = Correction(0, datetime.now(UTC), **(fields | {"who": body.who or who(request)}))
    with desk.writing:
        return review.correct(request.app.state.store, said, desk.annotator.taxonomy)


@router.get("/corrections", response_model=list[CorrectionOut])
def corrections(request: Request, question: Annotated[OfKind, Query()]) -> list[Correction]:
    """The log of one kind, oldest first."""
    found: list[Correction] = request.app.state.store.corrections.all(question.kind)
    return found


@router.get("/standing", response_model=StandingOut)
def standing(request: Request, question: Annotated[OfKind, Query()]) -> dict[str, Any]:
    """How much is judged, and how far people agree with one another and with the model."""
    return asdict(review.standing(request.app.state.store, question.kind))
