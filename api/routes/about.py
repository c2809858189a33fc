"""Whether the server is well, and with which models it speaks."""

from typing import Any

from fastapi import APIRouter, Request

router = APIRouter(tags=["about"])


@router.get("/health")
def health(request: Request) -> dict[str, Any]:
    return {"status": "ok", "model": request.app.state.annotator.version}
