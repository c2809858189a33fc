"""Logins of people: /login leads to the issuer, /login/callback back, /logout ends the session."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from api.security.actor import NOBODY
from api.security.login import Login
from api.security.people import person_of

router = APIRouter(include_in_schema=False)


@router.get("/login")
async def login(request: Request) -> Response:
    """`next` is the page to go on to."""
    return await _login(request).start(request, request.query_params.get("next", "/"))


@router.get("/login/callback")
async def callback(request: Request) -> Response:
    to = await _login(request).finish(request)
    request.state.actor = person_of(request.scope, datetime.now(UTC))
    return RedirectResponse(to, 303)


@router.post("/logout")
async def logout(request: Request) -> Response:
    request.state.actor = person_of(request.scope, datetime.now(UTC)) or NOBODY
    request.session.clear()
    return RedirectResponse("/", 303)


def _login(request: Request) -> Login:
    found: Login | None = request.app.state.login
    if found is None:
        raise HTTPException(404, "no login is set up here: set FRICTIONARY_LOGIN_ISSUER")
    return found
