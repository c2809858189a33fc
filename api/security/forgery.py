"""Whether a page of ours sent a form: a token in the session and again in the form, which no other site can read.

Besides, a browser says from which origin a write comes: none but ours, and those that the settings allow, may write.
"""

import hmac
import secrets
from collections.abc import Collection
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from api.security.bodies import media_type
from api.security.doors import FORM

FIELDS = 1_000
FIELD, HEADER = "csrf_token", "x-csrf-token"
MISSING = "the form's token is missing or old: load the page again and send the form once more"


class Token:
    """The token of a page's forms, made when a form first shows it: a page without one sets no cookie."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def __str__(self) -> str:
        session = self._request.session
        if FIELD not in session:
            session[FIELD] = secrets.token_urlsafe(24)
        return str(session[FIELD])


def foreign(headers: Headers, allowed: Collection[str]) -> str:
    """The origin of a page that may not write here; "" where it may, or where no browser sends."""
    origin = headers.get("origin", "")
    if origin and urlsplit(origin).netloc != headers.get("host", "") and origin not in allowed:
        return origin
    if not origin and headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return "another site"
    return ""


def forged(scope: Scope, headers: Headers, body: bytes) -> bool:
    """Whether a form comes without the session's token: as a field, or where the body is none, as a header or in the
    address."""
    known = scope.get("session", {}).get(FIELD, "")
    given = headers.get(HEADER, "")
    if not given and media_type(headers) in FORM:
        given = _only(body.decode("utf-8", "replace"))
    if not given:
        given = _only(scope.get("query_string", b"").decode("latin-1"))
    return not known or not hmac.compare_digest(known.encode(), given.encode())


def _only(text: str) -> str:
    try:
        return parse_qs(text, max_num_fields=FIELDS).get(FIELD, [""])[0]
    except ValueError:
        return ""
