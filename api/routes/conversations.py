"""Conversations: pages of them, and each with its turns, summary and findings; and their segments."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.filters import chosen
from api.lists import Key, behind, order, page
from api.schemas.findings import ConversationHead, ConversationOut, Page
from api.schemas.requests import ListedQuestion, Sparse
from api.told import Quoted
from nlp.conversation import Conversation, Speaker
from nlp.signal import Summary
from pipelines.analyze import row, together, witnesses
from pipelines.stores.protocols import Quote

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], route_class=Quoted)
OPENING = 200
SORTS = ("-started_at", "started_at", "-friction", "friction", "-sentiment", "sentiment")
UNKNOWN = {"friction": -1.0, "sentiment": 2.0}
"""Where what waits to be annotated stands."""


@router.get("", response_model=Page[ConversationHead])
def conversations(request: Request, question: Annotated[ListedQuestion, Query()]) -> dict[str, Any]:
    """Newest first, or by the sorts started_at, -friction, friction, -sentiment, sentiment."""
    filter, sort = chosen(question, request.app.state.desk.annotator.taxonomy), order(question, SORTS)
    place = behind(request, question, sort)
    found = request.app.state.store.conversations.page(filter, sort=sort, place=place, limit=question.limit + 1)
    name = sort.removeprefix("-")

    def key(item: dict[str, Any]) -> Key:
        if name == "started_at":
            return item["started_at"], item["id"]
        return item["summary"][name] if item["summary"] else UNKNOWN[name], item["id"]

    return page(request, [head(*one) for one in found], question, sort, key)


@router.get("/{id:path}", response_model=ConversationOut)
def conversation(
    request: Request,
    id: Annotated[str, Path(description='"source:id"', examples=["zendesk:20410"])],
    _: Annotated[Sparse, Query()],
) -> dict[str, Any]:
    """One conversation: its turns as masked, its summary, and what was found in each segment, with evidence."""
    store = request.app.state.store
    found = store.conversations.get(id)
    signals, summary = store.signals.of(id), store.signals.summary(id)
    segments = [signal.segment.id for signal in signals]
    return {
        **head(found, summary),
        **(together(summary, signals, found.turns) if summary else {}),
        "metadata": dict(found.metadata),
        "turns": [asdict(turn) for turn in found.turns],
        "findings": [finding(quote) for quote in store.signals.quotes(segments)],
    }


def head(found: Conversation, summary: Summary | None) -> dict[str, Any]:
    said = (turn.text for turn in found.turns if turn.speaker is Speaker.CUSTOMER)
    return {
        "id": found.id,
        "source": found.source,
        "channel": found.channel,
        "customer": found.customer,
        "started_at": found.started_at,
        "opening": next(said, "")[:OPENING],
        "summary": summary and asdict(summary) | {"witnesses": witnesses(summary)},
    }


def finding(quote: Quote) -> dict[str, Any]:
    """One segment in the shape of an analysed text, with its place."""
    place = quote.segment
    found = row(f"{place.turn}:{place.start}", quote.text, quote.signal, quote.theme, evidence=True)
    return found | {"turn": place.turn, "start": place.start, "end": place.end}
