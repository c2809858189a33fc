"""How every answer of the API is told: with an entity tag, whole or in the fields asked for, and how long it keeps."""

import hashlib
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from nlp.errors import UnknownName

KEEPS = "private, no-cache"
"""A client may keep it for itself, and must ask whether it still holds."""
FORGETS = "no-store"
"""What quotes people is kept nowhere on the way."""
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Told(APIRoute):
    """The route of figures: GETs get an entity tag of their content, and `?fields=` leaves of each item only those.

    A handler that sets the header `etag` itself tells a revision: the tag is then "revision.content", and `unchanged`
    compares the revision alone.
    """

    keeping = KEEPS

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            answer = await handle(request)
            if request.method in ("GET", "HEAD") and answer.status_code == 200 and hasattr(answer, "body"):
                answer = _tagged(request, _sparse(request, answer))
                answer.headers.setdefault("cache-control", self.keeping)
                answer.headers["vary"] = "authorization, cookie"
            return answer

        return told


class Quoted(Told):
    """The route of what people said or did."""

    keeping = FORGETS


def unchanged(request: Request, revision: str) -> None:
    """What `If-Match` asks of a write: raises HTTPException 412 where another revision than the client's is current."""
    given = request.headers.get("if-match", "")
    tags = [tag.strip() for tag in given.split(",") if tag.strip()]
    if tags and "*" not in tags and revision not in {tag.strip('"').partition(".")[0] for tag in tags}:
        raise HTTPException(412, f"it has changed since: the current revision is {revision!r}; read it again")


def _sparse(request: Request, answer: Response) -> Response:
    asked = [name.strip() for name in request.query_params.get("fields", "").split(",") if name.strip()]
    if not asked:
        return answer
    found = json.loads(bytes(answer.body))
    page = isinstance(found, dict) and "items" in found
    items = found["items"] if page else [found]
    for item in items:
        if unknown := [name for name in asked if name not in item]:
            raise UnknownName.of("field", unknown[0], item)
    kept = [{name: value for name, value in item.items() if name in asked} for item in items]
    return _again(answer, found | {"items": kept} if page else kept[0])


def _again(answer: Response, found: Mapping[str, Any]) -> Response:
    kept = {name: value for name, value in answer.headers.items() if name not in ("content-length", "content-type")}
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return Response(body, answer.status_code, kept, media_type="application/json")


def _tagged(request: Request, answer: Response) -> Response:
    revision = answer.headers.get("etag", "").strip('"')
    content = hashlib.sha256(answer.body).hexdigest()[:20]
    tag = f'"{revision}.{content}"' if revision else f'"{content}"'
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        answer = Response(status_code=304)
    answer.headers["etag"] = tag
    return answer
