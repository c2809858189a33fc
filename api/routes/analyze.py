"""POST /v1/analyze: texts or a conversation in real time; nothing is stored."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from api.schemas.findings import Analysis
from api.schemas.requests import AnalyzeIn, SpokenIn
from nlp.conversation import Conversation, Turn

router = APIRouter(prefix="/v1", tags=["analyze"])
EXAMPLES = {
    "text": {"value": {"text": "third time I ask: where is my refund?", "evidence": True}},
    "texts": {"value": {"texts": ["the app crashes when I log in", "thank you, it works now"]}},
    "conversation": {
        "value": {
            "conversation": {
                "channel": "chat",
                "turns": [
                    {"speaker": "customer", "text": "Hi, I was charged twice for my order."},
                    {"speaker": "agent", "text": "Sorry about that, I will look into it."},
                    {"speaker": "customer", "text": "I have been waiting for two weeks. I want to cancel my account."},
                ],
            }
        }
    },
}


@router.post("/analyze", response_model=Analysis, response_model_exclude_unset=True)
def analyze(request: Request, body: Annotated[AnalyzeIn, Body(openapi_examples=EXAMPLES)]) -> dict[str, Any]:
    """Intent, sentiment, friction, stage, theme and language of one text, several, or a conversation.

    Personal data are masked first; offsets are places in the masked text. A conversation gives one result for each
    segment (a few sentences) of its customer's turns, and a summary.
    """
    analyst = request.app.state.desk.analyst(names=body.names)
    if body.conversation:
        said = _conversation(body.conversation)
        results, whole = analyst.conversation(said, evidence=body.evidence, explain=body.explain, agent=body.agent)
        return {"results": results, **whole}
    texts = [body.text] if body.text is not None else body.texts or []
    ids = [str(n + 1) for n in range(len(texts))]
    return {"results": analyst.texts(texts, ids, evidence=body.evidence, explain=body.explain)}


def _conversation(said: SpokenIn) -> Conversation:
    turns = tuple(Turn(number, turn.speaker, turn.text) for number, turn in enumerate(said.turns))
    return Conversation("", "", said.channel, "", datetime.now(UTC), turns)
