"""Friction themes: ranked by how much they hurt, each with its trend and its customers' words."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.filters import chosen, page
from api.routes.conversations import finding
from api.schemas.figures import ThemeDetail, ThemeOut
from api.schemas.findings import Page, QuoteOut
from api.schemas.requests import Counted, Question
from nlp.errors import NotFound

router = APIRouter(prefix="/v1/themes", tags=["themes"])
Id = Annotated[str, Path(examples=["t1"])]


@router.get("", response_model=list[ThemeOut])
def themes(request: Request, question: Annotated[Question, Query()]) -> list[dict[str, Any]]:
    """The current themes by the friction of the conversations that fulfil the filters, most first."""
    filter = chosen(question, request.app.state.annotator.taxonomy)
    found: list[dict[str, Any]] = request.app.state.store.themes.ranked(filter)
    return found


@router.get("/{id}", response_model=ThemeDetail)
def theme(request: Request, id: Id, question: Annotated[Question, Query()]) -> dict[str, Any]:
    """One theme: figures, terms, and its weeks. 404 also where no conversation of it fulfils the filters."""
    store = request.app.state.store
    filter = chosen(question, request.app.state.annotator.taxonomy)
    name = store.themes.get(id).name
    found = next((theme for theme in store.themes.ranked(filter) if theme["id"] == id), None)
    if found is None:
        raise NotFound(f"no conversation of theme {id!r} ({name}) fulfils these filters")
    return {**found, "trend": store.themes.trend(filter, theme=id)}


@router.get("/{id}/quotes", response_model=Page[QuoteOut])
def quotes(request: Request, id: Id, question: Annotated[Counted, Query()]) -> dict[str, Any]:
    """What customers said: the most typical words first."""
    store = request.app.state.store
    store.themes.get(id)
    found = store.themes.quotes(id, limit=question.limit + 1, offset=question.offset)
    said = [
        finding(quote)
        | {
            "text": quote.text,
            "conversation": quote.segment.conversation,
            "channel": quote.channel,
            "at": quote.at,
            "customer": quote.customer,
        }
        for quote in found
    ]
    return page(request, said, question.limit, offset=question.offset + question.limit)
