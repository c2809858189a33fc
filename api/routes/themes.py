"""Friction themes: ranked by how much they hurt, each with its trend and its customers' words."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.filters import chosen, page
from api.routes.conversations import finding
from api.schemas.figures import ChapterOut, KnownOut, ProposalOut, ThemeDetail, ThemeOut
from api.schemas.findings import Page, QuoteOut
from api.schemas.requests import Asked, Counted, Question
from nlp.taxonomy import UNKNOWN_STAGE
from nlp.themes.lineage import Chapter
from pipelines import lineage, past, proposals
from pipelines.entities import most_named

router = APIRouter(prefix="/v1/themes", tags=["themes"])
Id = Annotated[str, Path(examples=["t1"])]
QUOTES = 5
NOTHING = {
    **dict.fromkeys(("segments", "conversations", "customers", "pain", "leaving"), 0),
    **dict.fromkeys(("friction", "sentiment", "first_seen", "last_seen")),
    "stage": UNKNOWN_STAGE,
    "channels": {},
}
"""The figures of a theme where no conversation fulfils the filters."""


@router.get("", response_model=list[ThemeOut])
def themes(request: Request, question: Annotated[Question, Query()]) -> list[dict[str, Any]]:
    """The current themes by the friction of the conversations that fulfil the filters: pinned ones, then most first."""
    filter = chosen(question, request.app.state.desk.annotator.taxonomy)
    found: list[dict[str, Any]] = request.app.state.store.themes.ranked(filter)
    return found


@router.get("/proposals", response_model=list[ProposalOut])
def proposed(request: Request) -> list[dict[str, Any]]:
    """What might be a theme, the largest first; a split from no theme, or a discovery, makes it one."""
    return [
        asdict(each.proposal)
        | {"segments": [q.segment.id for q in each.quotes], "quotes": [q.text for q in each.quotes[:QUOTES]]}
        for each in proposals.current(request.app.state.store)
    ]


@router.get("/known", response_model=KnownOut)
def known(request: Request, question: Annotated[Asked, Query()]) -> dict[str, Any]:
    """The themes as they were known before a moment: no later discovery, edit or conversation shows."""
    found = past.known(request.app.state.store, question.at)
    unassigned = sum(theme is None for theme in found.members.values())
    return {"at": question.at, "run": found.run, "themes": found.themes, "unassigned": unassigned}


@router.get("/{id}", response_model=ThemeDetail)
def theme(request: Request, id: Id, question: Annotated[Question, Query()]) -> dict[str, Any]:
    """One theme of the current run: figures, terms, and its weeks."""
    store = request.app.state.store
    filter = chosen(question, request.app.state.desk.annotator.taxonomy)
    known = asdict(store.themes.get(id))
    figures = next((theme for theme in store.themes.ranked(filter, hidden=True) if theme["id"] == id), NOTHING)
    named = most_named(store, filter, theme=id).get(id, [])
    return {**known, **figures, "entities": named, "trend": store.themes.trend(filter, theme=id)}


@router.get("/{id}/history", response_model=list[ChapterOut])
def history(request: Request, id: Id) -> list[Chapter]:
    """What became of a theme at each discovery, oldest first, and of those that split from it or merged into it.

    Also of one that is no longer found."""
    return lineage.history(request.app.state.store, id)


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
