"""GET /v1/audit: who read personal data or changed something, and when."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.schemas.keys import AskedAudit, AuditPage

router = APIRouter(prefix="/v1", tags=["keys"])


@router.get("/audit", response_model=AuditPage)
def audit(request: Request, asked: Annotated[AskedAudit, Query()]) -> dict[str, Any]:
    """The audit log, newest first, by time, actor, action and what it was done to."""
    wanted = asked.model_dump()
    found = request.app.state.store.audits.page(**{**wanted, "limit": asked.limit + 1})
    items = found[: asked.limit]
    url = request.url.include_query_params(before=items[-1].number) if len(found) > asked.limit else None
    return {"items": [asdict(one) for one in items], "next": url and f"{url.path}?{url.query}"}
