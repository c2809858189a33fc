"""/v1/live: a conversation that goes on, told anew with each turn; nothing of it is stored."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from api.deadline import Until
from api.problems import problem
from api.reply import reply
from api.schemas.live import LiveIn, LiveOut
from nlp.conversation import Turn
from nlp.errors import NotFound
from pipelines.analyze import Ask, Row
from pipelines.routing import of_conversation
from pipelines.talk import Talk, until

router = APIRouter(prefix="/v1", tags=["analyze"])
Id = Annotated[str, Path(max_length=200, description="Your own id of the conversation.", examples=["chat-4711"])]
TOLD = ("intent", "abstained", "stage", "sentiment", "friction", "effort", "leaving", "language")
TURNS = 500
EXAMPLES = {
    "begin": {"value": {"turns": [{"speaker": "customer", "text": "Hi, I was charged twice for my order."}]}},
    "go on": {
        "value": {
            "first": 1,
            "turns": [
                {"speaker": "agent", "text": "Sorry about that, I will look into it."},
                {"speaker": "customer", "text": "I have been waiting for two weeks. I want to cancel my account."},
            ],
        }
    },
}


@router.post("/live/{id}", response_model=LiveOut)
async def hear(
    request: Request, id: Id, body: Annotated[LiveIn, Body(openapi_examples=EXAMPLES)], until_: Until
) -> Response:
    """Add turns to a conversation that goes on: what /v1/analyze would say of the whole, and what has changed.

    Only what is new is read. The server keeps the masked conversation in memory, for an hour after its last turn and
    while there are not too many; where it has not all turns before `first` (another server was asked, or it has
    forgotten), the answer is 409, and all turns are to be sent, with `first` 0.
    """
    state, key = request.app.state, _key(request, id)
    known = state.running.get(key)
    talk = until(known.talk, body.first) if known else Talk()
    if len(talk.turns) < body.first:
        why = f"turns before {body.first} are not known here ({len(talk.turns)} are): send all, with first = 0"
        return problem(409, why, request.url.path)
    if body.first + len(body.turns) > TURNS:
        return problem(422, f"a conversation has up to {TURNS} turns", request.url.path)
    turns = tuple(Turn(body.first + n, turn.speaker, turn.text) for n, turn in enumerate(body.turns))
    ask = Ask(turns=turns, before=talk, evidence=body.evidence)
    answer = await state.realtime.answer(ask, until=until_, names=body.names)
    said = answer.whole | of_conversation(state.desk.routing().routing, answer.whole)
    before = known.said if known and body.first else None
    state.running.put(key, answer.talk, said)
    new = [row for row in answer.rows if row["turn"] >= body.first]
    return reply({"id": id, "turns": len(answer.talk.turns), "results": new, **said, "changed": _changed(before, said)})


@router.delete("/live/{id}", status_code=204)
async def forget(request: Request, id: Id) -> Response:
    """Forget a conversation that has ended."""
    if not request.app.state.running.drop(_key(request, id)):
        raise NotFound(f"no conversation {id!r} goes on here")
    return Response(status_code=204)


def _key(request: Request, id: str) -> tuple[str, str]:
    """Nobody adds to the conversations of others."""
    actor = getattr(request.state, "actor", None)
    return (actor.id if actor else "", id)


def _changed(before: Row | None, after: Row) -> dict[str, Row]:
    """Of what was told before and is told now."""

    def figures(said: Row | None) -> Row:
        return {name: said["summary"][name] for name in TOLD} | {"queue": said["queue"]} if said else {}

    old, new = figures(before), figures(after)
    told = {name: {"before": old.get(name), "after": value} for name, value in new.items()}
    return {name: each for name, each in told.items() if not old or each["before"] != each["after"]}
