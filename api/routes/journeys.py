"""Micro-moments and archetypes: what customers' journeys have in common."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.kept import kept_of
from api.schemas.groups import ArchetypesOut, AskedFunnel, AskedPatterns, AskedThen, FunnelOut, PatternsOut
from pipelines.archetypes import found_archetypes
from pipelines.funnel import onward
from pipelines.patterns import patterns as found_patterns
from pipelines.stores.protocols import Filter

router = APIRouter(prefix="/v1/journeys", tags=["journeys"])


@router.get("/patterns", response_model=PatternsOut)
def patterns(request: Request, question: Annotated[AskedPatterns, Query()]) -> dict[str, Any]:
    """Frequent sequences of contacts within 30 days, and how much likelier an outcome is after each than by another way
    to its last step. Association, not cause."""
    taxonomy, filter = request.app.state.desk.annotator.taxonomy, Filter(question.since, question.until)
    store, outcome = request.app.state.store, question.outcome
    kept = kept_of(request)
    return kept.get(("patterns", filter, outcome), lambda: found_patterns(store, taxonomy, filter, outcome=outcome))


@router.get("/archetypes", response_model=ArchetypesOut)
def archetypes(request: Request, question: Annotated[AskedThen, Query()]) -> dict[str, Any]:
    """Customers who write alike, as many groups as come back in other customers, and what became of them after."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    store, days = request.app.state.store, question.days
    return kept_of(request).get(("archetypes", days), lambda: found_archetypes(store, taxonomy, days=days))


@router.get("/funnel", response_model=FunnelOut)
def funnel(request: Request, question: Annotated[AskedFunnel, Query()]) -> dict[str, Any]:
    """Who goes on from each event to the next within 30 days; with `since`, whether fewer do than in as long a time
    before."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    store, filter = request.app.state.store, Filter(question.since, question.until)
    return kept_of(request).get(("funnel", filter), lambda: onward(store, taxonomy, filter))
