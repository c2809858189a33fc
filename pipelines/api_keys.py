"""Keys of the API: made, turned, taken back, and known again by what was handed out.

A token is "fk_<id>_<secret>": the id is public and says which key is meant; the secret is 256 random bits, of which the
store keeps the SHA-256 alone. A slow, salted hash (as passwords need) would add nothing: it makes guessing of what
people think up dear, but 2^256 equally likely values cannot be guessed at any price, and every request would pay
for it.
"""

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from nlp.errors import BadInput, NotFound, UnknownName
from pipelines.stores.protocols import Store
from pipelines.stores.protocols.keys import ApiKey

SCOPES = ("read", "ingest", "classify", "edit", "privacy", "admin")
"""read: all figures, themes, conversations, journeys; ingest: put in; classify: analyse texts, storing nothing; edit:
say of themes what people know; privacy: all of a customer, and forget; admin: keys, the audit log, and all of these."""
GRACE = timedelta(hours=24)
PREFIX = "fk"
NAME = 100


def create(
    store: Store,
    name: str,
    scopes: Iterable[str],
    *,
    by: str,
    at: datetime,
    days: float | None = None,
    rate: int | None = None,
    quota: int | None = None,
) -> tuple[ApiKey, str]:
    """(the key, its token: told here and never again). `days`: until it expires; never where None.

    Raises BadInput, UnknownName.
    """
    wanted = tuple(scope for scope in SCOPES if scope in set(scopes))
    for scope in scopes:
        if scope not in SCOPES:
            raise UnknownName.of("scope", scope, list(SCOPES))
    if not wanted or not name.strip() or len(name) > NAME:
        raise BadInput(f"a key needs a name (up to {NAME} characters) and a scope: {', '.join(SCOPES)}")
    id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    until = None if days is None else at + timedelta(days=days)
    key = ApiKey(id, name.strip(), wanted, digest(secret), at, by, until, rate=rate, quota=quota)
    store.api_keys.put(key)
    return key, f"{PREFIX}_{id}_{secret}"


def rotate(store: Store, id: str, *, at: datetime, grace: timedelta = GRACE) -> tuple[ApiKey, str]:
    """(the key, its new token). The secret before is good for `grace` more; the one before that no longer.

    Raises NotFound, BadInput for a key that is dead.
    """
    key = store.api_keys.get(id)
    if not key.lives(at):
        raise BadInput(f"the API key {id!r} is {'revoked' if key.revoked_at else 'expired'}: create another one")
    secret = secrets.token_urlsafe(32)
    changes = {"digest": digest(secret), "earlier": key.digest, "earlier_until": at + grace}
    return store.api_keys.change(id, changes), f"{PREFIX}_{id}_{secret}"


def revoke(store: Store, id: str, *, at: datetime) -> ApiKey:
    """For good; a second time changes nothing. Raises NotFound."""
    key = store.api_keys.get(id)
    return key if key.revoked_at else store.api_keys.change(id, {"revoked_at": at})


def id_of(token: str) -> str:
    """The public part of a token; "" where it is none."""
    prefix, _, rest = token.partition("_")
    id, _, secret = rest.partition("_")
    return id if prefix == PREFIX and id and secret else ""


def matches(key: ApiKey, token: str, at: datetime) -> bool:
    """Whether a living key knows this token; compared in constant time."""
    given = digest(token.removeprefix(f"{PREFIX}_{key.id}_"))
    now = hmac.compare_digest(given, key.digest)
    before = bool(key.earlier_until and at < key.earlier_until) and hmac.compare_digest(given, key.earlier)
    return (now or before) and key.lives(at)


def known(store: Store, token: str, at: datetime) -> ApiKey | None:
    """The living key of a token."""
    id = id_of(token)
    if not id:
        return None
    try:
        key = store.api_keys.get(id)
    except NotFound:
        return None
    return key if matches(key, token, at) else None


def first(store: Store, *, at: datetime) -> str:
    """The token of an admin's key where the store has no key yet; "" where it has one."""
    if store.api_keys.all():
        return ""
    return create(store, "first", ["admin"], by="first start", at=at)[1]


def digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
