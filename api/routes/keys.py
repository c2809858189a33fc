"""Keys of the API: made, turned, taken back. A key itself is told once; the store keeps its digest alone."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request

from api.schemas.keys import KeyIn, KeyMade, KeyOut, RotateIn
from pipelines import api_keys
from pipelines.stores.protocols.keys import ApiKey

router = APIRouter(prefix="/v1/keys", tags=["keys"])
Id = Annotated[str, Path(description="The public part of the key.", max_length=40, examples=["0123456789ab"])]
EXAMPLES = {
    "reader": {"value": {"name": "BI", "scopes": ["read"], "days": 90}},
    "router": {"value": {"name": "Routing", "scopes": ["classify"], "rate": 60000}},
}


@router.get("", response_model=list[KeyOut])
def keys(request: Request) -> list[dict[str, Any]]:
    """All keys, the oldest first, those that have ended too."""
    return [asdict(key) for key in request.app.state.store.api_keys.all()]


@router.post("", response_model=KeyMade, status_code=201)
def create(request: Request, body: Annotated[KeyIn, Body(openapi_examples=EXAMPLES)]) -> dict[str, Any]:
    """Make a key. Its `key` is told here and never again."""
    said, by = body.model_dump(), request.state.actor.id
    return _made(request, *api_keys.create(request.app.state.store, by=by, at=datetime.now(UTC), **said))


@router.post("/{id}:rotate", response_model=KeyMade)
def rotate(request: Request, id: Id, body: Annotated[RotateIn, Body()] = RotateIn()) -> dict[str, Any]:
    """Give a key another secret, told here and never again; the one before is good for a while."""
    grace = timedelta(hours=body.grace_hours)
    return _made(request, *api_keys.rotate(request.app.state.store, id, at=datetime.now(UTC), grace=grace))


@router.post("/{id}:revoke", response_model=KeyOut)
def revoke(request: Request, id: Id) -> dict[str, Any]:
    """End a key for good, within a second."""
    return asdict(api_keys.revoke(request.app.state.store, id, at=datetime.now(UTC)))


def _made(request: Request, key: ApiKey, token: str) -> dict[str, Any]:
    request.state.subject = key.id
    return {**asdict(key), "key": token}
