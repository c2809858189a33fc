"""Friction themes: ranked by how much they hurt, each with its trend and its customers' words."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import effects
from api.filters import chosen
from api.lists import behind, listed, page
from api.parts import parts
from api.routes.conversations import finding
from api.routes.edits import revision
from api.schemas.findings import Page, QuoteOut
from api.schemas.requests import Asked, Costing, Listed, ListedMoving
from api.schemas.themes import ChapterOut, FactOut, KnownOut, ProposalOut, ThemeDetail, ThemeOut
from api.told import FORGETS, Told
from nlp.taxonomy import UNKNOWN_STAGE
from nlp.themes.emerging import Movement
from nlp.themes.impact import Impact
from pipelines import costs, lineage, movements, past, proposals
from pipelines.entities import most_named
from pipelines.overview import weekly

router = APIRouter(prefix="/v1/themes", tags=["themes"], route_class=Told)
Id = Annotated[str, Path(examples=["t1"])]
QUOTES = 5
SORTS = ("", "-pain", "-friction", "-conversations", "-customers", "sentiment", "name", "-last_seen", "first_seen")
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("segments", "conversations", "customers", "pain", "leaving"), 0),
    **dict.fromkeys(("friction", "sentiment", "first_seen", "last_seen")),
    "stage": UNKNOWN_STAGE,
    "channels": {},
    "share": 0,
    "stability": None,
}
"""The figures of a theme where no conversation fulfils the filters."""


@router.get("", response_model=Page[ThemeOut])
def themes(request: Request, response: Response, question: Annotated[ListedMoving, Query()]) -> dict[str, Any]:
    """The current themes by the friction of the conversations that fulfil the filters: pinned ones, then most first; or
    by the sorts -pain, -friction, -conversations, -customers, sentiment, name, -last_seen, first_seen."""
    response.headers["etag"] = revision(request)
    store, filter = request.app.state.store, chosen(question, request.app.state.desk.annotator.taxonomy)
    found = movements.course(store, filter, period=question.period)
    rows = [row | {"movement": _movement(row["movement"])} for row in movements.ranked(store, filter, found)]
    return listed(request, rows, question, sorts=SORTS)


def _movement(found: Movement) -> dict[str, Any]:
    return asdict(found) | {"text": effects.moved(found)}


@router.get("/proposals", response_model=Page[ProposalOut])
def proposed(request: Request, question: Annotated[Listed, Query()]) -> dict[str, Any]:
    """What might be a theme, the largest first; a split from no theme, or a discovery, makes it one."""
    rows = [
        asdict(each.proposal)
        | {"id": each.proposal.segments[0]}
        | {"segments": [q.segment.id for q in each.quotes], "quotes": [q.text for q in each.quotes[:QUOTES]]}
        for each in proposals.current(request.app.state.store)
    ]
    return listed(request, rows, question, sorts=("",))


@router.get("/known", response_model=KnownOut)
def known(request: Request, question: Annotated[Asked, Query()]) -> dict[str, Any]:
    """The themes as they were known before a moment: no later discovery, edit or conversation shows."""
    found = past.known(request.app.state.store, question.at)
    unassigned = sum(theme is None for theme in found.members.values())
    return {"at": question.at, "run": found.run, "themes": found.themes, "unassigned": unassigned}


@router.get("/{id}", response_model=ThemeDetail)
def theme(request: Request, response: Response, id: Id, question: Annotated[Costing, Query()]) -> dict[str, Any]:
    """One theme of the current run: figures, terms, its weeks, what it costs, how it moves, what fixes did."""
    response.headers["etag"] = revision(request)
    store, filter = request.app.state.store, chosen(question, request.app.state.desk.annotator.taxonomy)
    known, found = store.themes.get(id), movements.course(store, filter, period=question.period)
    rows = {row["id"]: row for row in movements.ranked(store, filter, found, hidden=True)}
    figures = rows.get(id, NOTHING | {"movement": found.moves[id]})
    return {
        **asdict(known),
        **figures,
        "parts": parts(store, known),
        "movement": _movement(figures["movement"]),
        "entities": most_named(store, filter, theme=id).get(id, []),
        "trend": weekly(store.rollups.daily(filter), id),
        "course": _course(found, id),
        "impact": _impact(costs.impact(store, question.score or None, filter), id),
        "groups": costs.groups(store, id, filter),
        "fixes": [
            asdict(f.fix) | {"effect": f.effect, "text": effects.sentence(f.fix.day, f.effect)}
            for f in movements.fixed(store, theme=id)
        ],
    }


def _course(of: movements.Course, id: str) -> dict[str, Any]:
    """`numpy` counts as numbers."""
    rows = zip(of.periods, of.counts[id].tolist(), of.volume.tolist(), strict=True)
    periods = [{"start": start, "conversations": n, "volume": volume} for start, n, volume in rows]
    changes = [{"start": of.periods[c.place], "before": c.before, "after": c.after} for c in of.changes[id]]
    return {"period": of.period, "periods": periods, "changes": changes}


def _impact(found: dict[str, dict[str, Impact]], id: str) -> list[dict[str, Any]]:
    return [{"score": score, **asdict(of[id]), "text": effects.cost(score, of[id])} for score, of in found.items()]


@router.get("/{id}/history", response_model=Page[ChapterOut])
def history(request: Request, id: Id, question: Annotated[Listed, Query()]) -> dict[str, Any]:
    """What became of a theme at each discovery, oldest first, and of those that split from it or merged into it.

    Also of one that is no longer found."""
    found = lineage.history(request.app.state.store, id)
    rows = [asdict(chapter) | {"id": f"{chapter.theme}:{n}"} for n, chapter in enumerate(found)]
    return listed(request, rows, question, sorts=("",))


@router.get("/{id}/lineage", response_model=Page[FactOut])
def facts(request: Request, id: Id, question: Annotated[Listed, Query()]) -> dict[str, Any]:
    """What each discovery found of a theme, and of those that name it, one fact a discovery and theme, oldest first."""
    store = request.app.state.store
    lineage.history(store, id)
    rows = [asdict(fact) | {"id": f"{fact.run}:{fact.theme}"} for fact in store.lineage.of(id)]
    return listed(request, rows, question, sorts=("", "-at"))


@router.get("/{id}/quotes", response_model=Page[QuoteOut])
def quotes(request: Request, response: Response, id: Id, question: Annotated[Listed, Query()]) -> dict[str, Any]:
    """What customers said: the most typical words first. A page goes on by rank."""
    store = request.app.state.store
    store.themes.get(id)
    place = behind(request, question, "")
    offset = max(0, int(place[0])) if place else 0
    found = store.themes.quotes(id, limit=question.limit + 1, offset=offset)
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
    response.headers["cache-control"] = FORGETS
    return page(request, said, question, "", lambda _: (offset + question.limit, ""))
