"""GET /v1/sinks: how far other systems are with what they are told; have them told again; and what they are told."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from api import asyncapi
from api.schemas.sinks import ReplayIn, ReplayOut, SinkOut

router = APIRouter(prefix="/v1", tags=["sinks"])


@router.get("/sinks", response_model=list[SinkOut])
def sinks(request: Request) -> list[dict[str, Any]]:
    """Every sink that was ever published to, by name: what waits for it, what is dead, and whether it answers."""
    now = datetime.now(UTC)
    found = request.app.state.store.outbox.sinks()
    return [asdict(one) | {"served": bool(one.owner and one.until and one.until > now)} for one in found]


@router.post("/sinks/{name}:replay", response_model=ReplayOut)
def replay(request: Request, name: Annotated[str, Path(examples=["crm"])], wanted: ReplayIn) -> dict[str, int]:
    """Have a sink's dead letters, or everything since a moment, sent again by whoever publishes."""
    again = request.app.state.store.outbox.replay(name, since=wanted.since, at=datetime.now(UTC))
    return {"messages": again}


@router.get("/asyncapi.json", response_model=dict[str, Any])
def described(request: Request) -> dict[str, Any]:
    """What sinks are told, as an AsyncAPI 3 document with JSON Schemas."""
    return asyncapi.document()
