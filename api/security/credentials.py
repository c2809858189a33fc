"""Who comes with a request: by its key, by the session of a person who logged in, or because this machine is let in."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import Scope

from api.security.actor import LOOPBACK, Actor
from api.security.people import person_of
from pipelines import api_keys
from pipelines.settings import Settings
from pipelines.stores.protocols import Store
from pipelines.stores.protocols.keys import ApiKey

HERE = ("localhost", "127.0.0.1", "::1")
FRESH = 1.0
"""Seconds for which a key that was looked up is good: a revoked one lives on for so long at most."""
TOUCHED = timedelta(minutes=1)
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host")
CHALLENGE = {"www-authenticate": 'Bearer realm="frictionary", Basic realm="frictionary", charset="UTF-8"'}
Refusal = tuple[int, str, dict[str, str]]
"""Status, detail, headers."""


class Credentials:
    """Reads the store at most once in `FRESH` seconds a key."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._local = store, settings.auth == "local"
        self._seen: dict[str, tuple[float, ApiKey]] = {}

    async def actor(self, scope: Scope) -> Actor | Refusal:
        headers = Headers(scope=scope)
        refused = self._stranger(headers) if self._local else None
        if refused:
            return refused
        given = headers.get("authorization", "")
        if given:
            return await self._of_key(given)
        person = person_of(scope, datetime.now(UTC))
        if person:
            return person
        if self._local:
            return LOOPBACK
        return 401, "a key is needed: send the header 'Authorization: Bearer KEY'", CHALLENGE

    def _stranger(self, headers: Headers) -> Refusal | None:
        """Where this machine is let in without a key: a page that rebinds its name to us, or a proxy's client."""
        host = headers.get("host", "")
        if _hostname(host) not in HERE:
            known = ", ".join(HERE)
            return 403, f"host {host!r} is not served without keys; served: {known}; set FRICTIONARY_AUTH=required", {}
        proxy = next((name for name in FORWARDED if name in headers), "")
        if proxy:
            return 403, f"a proxy forwards ({proxy}), so keys are needed: set FRICTIONARY_AUTH=required", {}
        return None

    async def _of_key(self, authorization: str) -> Actor | Refusal:
        name, token = told(authorization)
        key = await self._key(token, datetime.now(UTC))
        if not key:
            return (
                401,
                "no such key, or it is expired or revoked; 'frictionary keys list' tells those that live",
                {"www-authenticate": CHALLENGE["www-authenticate"].replace(",", ', error="invalid_token",', 1)},
            )
        return Actor(f"key:{key.id}", "key", frozenset(key.scopes), name or key.name, rate=key.rate, quota=key.quota)

    async def _key(self, token: str, at: datetime) -> ApiKey | None:
        id = api_keys.id_of(token)
        seen, key = self._seen.get(id, (-FRESH, None))
        if key and monotonic() - seen < FRESH and api_keys.matches(key, token, at):
            return key
        key = await run_in_threadpool(self._looked_up, token, at) if id else None
        if key:
            self._seen[id] = (monotonic(), key)
        return key

    def _looked_up(self, token: str, at: datetime) -> ApiKey | None:
        """Says once a minute that the key is used."""
        key = api_keys.known(self._store, token, at)
        if key and (key.last_used_at is None or at - key.last_used_at >= TOUCHED):
            return self._store.api_keys.change(key.id, {"last_used_at": at})
        return key


def told(authorization: str) -> tuple[str, str]:
    """(name, token): HTTP basic authentication, which browsers ask for, has any name and the token as password."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return "", given.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(given.strip().encode("latin-1"), validate=True).partition(b":")
    except (binascii.Error, UnicodeEncodeError):
        return "", ""
    return name.decode("utf-8", "replace"), password.decode("utf-8", "replace")


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
