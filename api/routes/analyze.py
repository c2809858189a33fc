"""POST /v1/analyze: texts or a conversation in real time; nothing is stored."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from api.deadline import Until
from api.reply import reply
from api.schemas.findings import Analysis
from api.schemas.requests import AnalyzeIn
from nlp.conversation import Turn
from pipelines.analyze import Ask
from pipelines.talk import Talk

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
async def analyze(
    request: Request, body: Annotated[AnalyzeIn, Body(openapi_examples=EXAMPLES)], until: Until
) -> Response:
    """Intent, sentiment, friction, stage, theme and language of one text, several, or a conversation.

    Personal data are masked first; offsets are places in the masked text. A conversation gives one result for each
    segment (a few sentences) of its customer's turns, and a summary.
    """
    answer = await request.app.state.realtime.answer(_ask(body), until=until, names=body.names)
    return reply({"results": answer.rows, **answer.whole})


def _ask(body: AnalyzeIn) -> Ask:
    if body.conversation:
        turns = tuple(Turn(number, turn.speaker, turn.text) for number, turn in enumerate(body.conversation.turns))
        return Ask(turns=turns, before=Talk(), agent=body.agent, evidence=body.evidence, explain=body.explain)
    texts = (body.text,) if body.text is not None else tuple(body.texts or ())
    return Ask(texts=texts, evidence=body.evidence, explain=body.explain)
