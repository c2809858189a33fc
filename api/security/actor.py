"""Who asks: a key, a person, or somebody on this machine."""

from dataclasses import dataclass

from pipelines.api_keys import SCOPES

READ, INGEST, CLASSIFY, EDIT, PRIVACY, ADMIN = SCOPES
ROLES = {
    "viewer": frozenset({READ, CLASSIFY}),
    "analyst": frozenset({READ, CLASSIFY, EDIT, INGEST}),
    "admin": frozenset(SCOPES),
}
"""What a person may do; each role may do all that those before it may."""


@dataclass(frozen=True, slots=True)
class Actor:
    """`request.state.actor` of every request that passes the guard.

    `id` is unique over all kinds and stays the same: "key:0123456789ab", "person:<subject>", "loopback", "nobody".
    `kind` is key, person, loopback, or nobody (of the few pages that are open to all). `name` is to be shown; it may be
    empty. `rate` (requests a minute) and `quota` (requests a day) are a key's own limits.
    """

    id: str
    kind: str
    scopes: frozenset[str] = frozenset()
    name: str = ""
    role: str = ""
    rate: int | None = None
    quota: int | None = None

    def may(self, scope: str) -> bool:
        return scope in self.scopes or ADMIN in self.scopes


LOOPBACK = Actor("loopback", "loopback", frozenset(SCOPES), role="admin")
"""Somebody on this machine, where the settings let this machine in without a key."""
NOBODY = Actor("nobody", "nobody")
