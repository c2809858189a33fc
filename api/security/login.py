"""Logins of people by OpenID Connect: to the issuer and back, and which role a claim of theirs gives."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.security.actor import ROLES
from api.security.people import remember
from nlp.errors import BadSetting, MissingDependency, UnknownName
from pipelines.settings import Settings

SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""With the issuer's private key: a token that is unsigned, or signed with our own secret, is none."""
NEXT = "next"
ANYBODY = "*"
UNREACHED = "the issuer of logins cannot be reached; try again"


class Login:
    """Authorization code with PKCE, state and nonce; Authlib does the protocol.

    Raises BadSetting, UnknownName for settings that cannot be, and MissingDependency without Authlib.
    """

    def __init__(self, settings: Settings) -> None:
        if not settings.public_url or not settings.login_client:
            raise BadSetting("a login needs FRICTIONARY_PUBLIC_URL and FRICTIONARY_LOGIN_CLIENT, too")
        self.back = f"{settings.public_url.rstrip('/')}/login/callback"
        self.issuer, self.claim = settings.login_issuer.rstrip("/"), settings.login_claim
        self.values = roles_told(settings.login_roles)
        self._client = _client(settings)

    async def start(self, request: Request, to: str) -> Response:
        """Send the browser to the issuer; it goes on to the page `to` of ours afterwards."""
        request.session[NEXT] = to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
        await self._known()
        answer: Response = await self._client.authorize_redirect(request, self.back)
        return answer

    async def finish(self, request: Request) -> str:
        """Begin the session of whom the issuer names; returns the page to go on to. Raises HTTPException."""
        import httpx2
        from authlib.integrations.base_client import OAuthError
        from joserfc.errors import JoseError

        to = str(request.session.get(NEXT, "/"))
        await self._known()
        try:
            token = await self._client.authorize_access_token(request)
        except httpx2.HTTPError:
            raise HTTPException(503, UNREACHED) from None
        except (OAuthError, JoseError) as error:
            raise HTTPException(
                403, f"the login failed ({error.error or type(error).__name__}); begin it again"
            ) from None
        claims = token.get("userinfo") or {}
        if not claims.get("sub"):
            raise HTTPException(
                403, "the issuer told no subject: is 'openid' among the scopes that the client may ask?"
            )
        role = self.role(claims)
        if not role:
            raise HTTPException(403, f"no role here: none of the login's {self.claim!r} gives one; ask an admin")
        name = next((claims[n] for n in ("name", "preferred_username", "email") if claims.get(n)), claims["sub"])
        remember(request.session, subject=str(claims["sub"]), name=str(name)[:100], role=role, at=datetime.now(UTC))
        return to

    def role(self, claims: Mapping[str, Any]) -> str:
        """The greatest role that the claim gives; "" for none. A claim may lie within others: "realm_access.roles"."""
        found = claims.get(self.claim)
        if found is None:
            found = claims
            for part in self.claim.split("."):
                found = found.get(part) if isinstance(found, Mapping) else None
        told = {ANYBODY, *(map(str, found) if isinstance(found, list) else str(found or "").split())}
        return next((role for role in reversed(ROLES) if told & self.values[role]), "")

    async def _known(self) -> None:
        """The issuer's metadata, read once. Raises HTTPException where it cannot be had or is of another issuer."""
        import httpx2

        try:
            told = await self._client.load_server_metadata()
        except (httpx2.HTTPError, ValueError):
            raise HTTPException(503, UNREACHED) from None
        if str(told.get("issuer", "")).rstrip("/") != self.issuer:
            raise HTTPException(503, "the issuer of logins calls itself otherwise than FRICTIONARY_LOGIN_ISSUER")
        offered = told.get("id_token_signing_alg_values_supported", ["RS256"])
        told["id_token_signing_alg_values_supported"] = [one for one in offered if one in SIGNED] or ["RS256"]


def roles_told(text: str) -> dict[str, set[str]]:
    """Which values of the claim give which role: "viewer=* analyst=insights admin=platform". Raises BadSetting,
    UnknownName."""
    found: dict[str, set[str]] = {role: set() for role in ROLES}
    for pair in text.split():
        role, equals, value = pair.partition("=")
        if not equals or not value:
            raise BadSetting(f"FRICTIONARY_LOGIN_ROLES: {pair!r}: role=value expected, such as analyst=insights")
        if role not in found:
            raise UnknownName.of("role", role, list(ROLES))
        found[role].add(value)
    return found


def _client(settings: Settings) -> Any:
    try:
        from authlib.integrations.starlette_client import OAuth
    except ImportError as error:
        raise MissingDependency.of("a login", "authlib and httpx2", "login") from error
    return OAuth().register(
        "issuer",
        client_id=settings.login_client,
        client_secret=settings.login_secret or None,
        server_metadata_url=f"{settings.login_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic" if settings.login_secret else "none",
        },
    )
