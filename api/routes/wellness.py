"""Whether the server lives, whether it may be asked, and its meters."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse

from api.schemas.figures import Alive
from nlp.errors import StoreError

router = APIRouter(tags=["about"])
NOT_READY: dict[int | str, dict[str, Any]] = {503: {"model": Alive, "description": "Not ready: `why` says it."}}


@router.get("/healthz", response_model=Alive)
async def alive() -> dict[str, Any]:
    """The server lives. It is asked nothing else, so that a server that has much to do is not killed for it."""
    return {"status": "ok", "why": ""}


@router.get("/readyz", response_model=Alive, responses=NOT_READY)
def ready(request: Request, response: Response) -> dict[str, Any]:
    """The server may be asked: its models are loaded, its store answers, and it is not about to end."""
    state = request.app.state
    why = "it is about to end" if state.ending else ""
    try:
        state.store.themes.current_run()
    except StoreError:
        why = why or "the store cannot be reached"
    response.status_code = 503 if why else 200
    return {"status": "not ready" if why else "ok", "why": why}


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> PlainTextResponse:
    """In the text format of Prometheus."""
    return PlainTextResponse(generate_latest(request.app.state.meters.registry), media_type=CONTENT_TYPE_LATEST)
