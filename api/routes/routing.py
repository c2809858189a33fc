"""POST /v1/intents:classify, for those who route, and the rules by which a queue is suggested."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Query, Request, Response
from pydantic import Field

from api.deadline import Until
from api.problems import problem
from api.reply import reply
from api.schemas.requests import Limited
from api.schemas.routing import Classified, ClassifyIn, RulesHistory, RulesIn, RulesOut
from nlp.errors import BadInput
from nlp.routing import Routing
from pipelines.stores.protocols.routing import RoutingVersion

router = APIRouter(prefix="/v1", tags=["routing"])
EXAMPLES = {
    "text": {"value": {"text": "third time I ask: where is my refund?"}},
    "texts": {"value": {"texts": ["the app crashes when I log in", "I want to cancel my subscription"]}},
}
RULES = {
    "rules": {
        "value": {
            "default": "general",
            "note": "Leavers go to those who can make an offer.",
            "who": "Ada",
            "rules": [
                {"queue": "retention", "intents": ["subscription_cancel"], "min_confidence": 0.5},
                {"queue": "care", "max_sentiment": -0.6},
                {"queue": "people", "abstained": True},
            ],
        }
    }
}
MATCH = "The number of the version that these rules come after; 412 where another came meanwhile."


class AskedHistory(Limited):
    before: int | None = Field(None, ge=1, description="Versions before this one.", examples=[3])


@router.post("/intents:classify", response_model=Classified)
async def classify(
    request: Request, body: Annotated[ClassifyIn, Body(openapi_examples=EXAMPLES)], until: Until
) -> Response:
    """The intent of one text or several, ranked and with calibrated confidence, and the queue that the rules suggest.

    The same intents as /v1/analyze, and no more than they need; sentiment and stage where a rule asks for them.
    """
    state = request.app.state
    texts = [body.text] if body.text is not None else body.texts or []
    found = await state.realtime.route(texts, until=until)
    return reply({"results": found.rows, "rules": found.rules, "model": found.model})


@router.get("/routing-rules", response_model=RulesOut)
def read(request: Request, response: Response) -> dict[str, Any]:
    """The rules of the moment; the header ETag holds their number."""
    found = request.app.state.desk.routing(fresh=True)
    response.headers["etag"] = f'"{found.number}"'
    return _told(request, found)


@router.put("/routing-rules", response_model=RulesOut)
def write(
    request: Request,
    response: Response,
    body: Annotated[RulesIn, Body(openapi_examples=RULES)],
    if_match: Annotated[str | None, Header(description=MATCH, pattern=r'^"?\d{1,9}"?$', examples=['"3"'])] = None,
) -> Any:
    """Put other rules in place of these; those before stay in the history, and a server follows within a second."""
    state = request.app.state
    data = body.model_dump(exclude={"note", "who"}, exclude_none=True)
    try:
        routing = Routing.of(data, origin="body")
    except BadInput as error:
        return problem(422, str(error), request.url.path)
    if unknown := routing.unknown(state.desk.annotator.taxonomy):
        return problem(422, "; ".join(unknown[:3]), request.url.path)
    actor = getattr(request.state, "actor", None)
    who = body.who or (actor.name if actor else "") or "unknown"
    after = int(if_match.strip('"')) if if_match else None
    put = state.store.routing.put(routing, at=datetime.now(UTC), who=who, note=body.note, after=after)
    state.desk.routing(fresh=True)
    response.headers["etag"] = f'"{put.number}"'
    return _told(request, put)


@router.get("/routing-rules/history", response_model=RulesHistory)
def history(request: Request, question: Annotated[AskedHistory, Query()]) -> dict[str, Any]:
    """All versions, newest first."""
    found = request.app.state.store.routing.page(limit=question.limit, before=question.before)
    more = len(found) == question.limit and found[-1].number > 1
    after = f"/v1/routing-rules/history?limit={question.limit}&before={found[-1].number}" if more else None
    return {"items": [_told(request, one) for one in found], "next": after}


def _told(request: Request, found: RoutingVersion) -> dict[str, Any]:
    unknown = found.routing.unknown(request.app.state.desk.annotator.taxonomy)
    at = found.at if found.number else None
    return {"number": found.number, "at": at, "who": found.who, "note": found.note, "unknown": unknown} | (
        found.routing.named()
    )
