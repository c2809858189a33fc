"""A person's rights by the API: all that is kept of them, and forgetting them."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from api.pseudonym import pseudonym, pseudonyms
from api.schemas.privacy import Forgotten, OfCustomer
from pipelines.access import access
from pipelines.forgetting import forget as erase

router = APIRouter(prefix="/v1/privacy", tags=["privacy"])
Asked = Annotated[OfCustomer, Body()]


@router.post("/export", response_model=dict[str, Any])
def export(request: Request, body: Asked) -> Any:
    """Everything that is kept of a customer: identifiers, attributes, events, conversations and what was found."""
    state = request.app.state
    found = access(state.store, pseudonym(state.settings, body.customer))
    request.state.subject = found["customer"]
    return json.loads(json.dumps(found, default=str))


@router.post("/forget", response_model=Forgotten)
def forget(request: Request, body: Asked) -> dict[str, Any]:
    """Delete everything of a customer and of all that is one with them; what is read again does not bring them back.

    The audit log says so; themes count them until the next discovery.
    """
    state = request.app.state
    with state.desk.writing:
        return {"rows": erase(state.store, pseudonyms(state.settings, body.customer), who=request.state.actor.id)}
