"""One shape for every error: problem details (RFC 9457), as application/problem+json."""

import logging
import reprlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.security.doors import DOORS, find
from nlp import errors
from pipelines.sources import DeadRecord

SHOWN = 100
"""Characters of a refused value that are given back."""
STATUS = {
    errors.NotFound: 404,
    errors.BadInput: 422,
    errors.BadRecord: 422,
    errors.UnknownName: 422,
    errors.BadSetting: 422,
    errors.Outdated: 412,
    errors.Overloaded: 429,
    errors.StoreError: 503,
    errors.TooLate: 504,
}
INSIDE = "the server could not do it; its log says why"
log = logging.getLogger("frictionary.api")


def problem(
    status: int,
    detail: str,
    instance: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """`errors`: one object a refused value, of `field`, `value` and `reason`."""
    title = HTTPStatus(status).phrase
    body = {
        "type": f"/docs#problem-{status}",
        "title": title,
        "status": status,
        "detail": _plain(detail),
        "instance": _plain(instance),
        "errors": [{name: _plain(value) for name, value in error.items()} for error in errors],
    }
    return JSONResponse(body, status, dict(headers or {}), media_type="application/problem+json")


def record_problem(bad: DeadRecord) -> dict[str, Any]:
    """Of one record among others, without its value, which may be personal."""
    told = {"type": "/docs#problem-422", "title": HTTPStatus(422).phrase, "status": 422, "detail": _plain(bad.reason)}
    return {**told, "record": bad.record, "field": bad.field}


def unreadable(bad: Sequence[DeadRecord], instance: str) -> JSONResponse:
    """Of a request of which no record could be read."""
    found = [{"field": f"body.{one.record}.{one.field}", "value": "", "reason": one.reason} for one in bad[:SHOWN]]
    detail = "; ".join(f"{one['field']}: {one['reason']}" for one in found[:3])
    return problem(422, detail, instance, errors=found)


def handle(app: FastAPI) -> None:
    """Answer every error that a route may raise in this one shape; `security.Guard` answers what nobody foresaw."""
    app.add_exception_handler(errors.FrictionaryError, ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def ours(request: Request, error: Exception) -> JSONResponse:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    if status < 500 or status == 504:
        headers = {"retry-after": str(error.after)} if isinstance(error, errors.Overloaded) else {}
        return problem(status, str(error), request.url.path, headers=headers)
    log.error("%s %s: %s", request.method, request.url.path, error)
    return problem(status, INSIDE, request.url.path)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail, headers = str(error.detail), dict(error.headers or {})
    if error.status_code in (404, 405) and detail == HTTPStatus(error.status_code).phrase:
        allowed = ", ".join(_allowed(request)) if error.status_code == 405 else ""
        headers |= {"allow": allowed} if allowed else {}
        detail = f"{request.method} is not allowed here; allowed: {allowed}" if allowed else "no such page; see /docs"
    headers = {name.lower(): value for name, value in headers.items()}
    return problem(error.status_code, detail, request.url.path, headers=headers)


def _allowed(request: Request) -> list[str]:
    """The methods of all routes of a path: the router tells those of the first alone."""
    return [method for method in sorted(DOORS) if find(method, request.url.path)[0]]


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = [_refused(one) for one in error.errors()[:20]]
    detail = "; ".join(f"{one['field']}: {one['reason']}" for one in found[:3])
    return problem(422, detail, request.url.path, errors=found)


def _refused(error: Mapping[str, Any]) -> dict[str, str]:
    """Field, value given and what would be valid; pydantic's reason mostly says the last."""
    place, given = list(error["loc"]), error.get("input", "")
    reason = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "json_invalid":
        reason = f"not valid JSON: {error['ctx']['error']} at character {place.pop()}"
    elif error["type"] == "extra_forbidden":
        reason = "no such field here; /docs lists those that are"
    shown = given[:SHOWN] if isinstance(given, str) else reprlib.repr(given)
    if error["type"] in ("json_invalid", "missing"):  # the whole body
        shown = ""
    return {"field": ".".join(map(str, place)), "value": shown, "reason": reason}


def _plain(text: str) -> str:
    """Halves of characters, which no response can carry, become "?"."""
    return text.encode("utf-8", "replace").decode()
