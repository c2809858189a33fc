"""Conversations: pages of them, and each with its turns, summary and findings."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.filters import chosen, page
from api.schemas.findings import ConversationHead, ConversationOut, Page
from api.schemas.requests import PagedQuestion
from nlp.conversation import Conversation, Speaker
from nlp.signal import Summary
from pipelines.analyze import row, together, witnesses
from pipelines.stores.protocols import Quote

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
OPENING = 200


@router.get("", response_model=Page[ConversationHead])
def conversations(request: Request, question: Annotated[PagedQuestion, Query()]) -> dict[str, Any]:
    """Newest first."""
    filter = chosen(question, request.app.state.desk.annotator.taxonomy)
    found = request.app.state.store.conversations.page(filter, after=question.after, limit=question.limit + 1)
    heads = [head(*one) for one in found]
    return page(request, heads, question.limit, after=heads[: question.limit][-1]["id"] if heads else "")


@router.get("/{id:path}", response_model=ConversationOut)
def conversation(
    request: Request, id: Annotated[str, Path(description='"source:id"', examples=["zendesk:20410"])]
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
