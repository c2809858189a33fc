"""Keys of the API: who may ask for what, and until when; of a secret only its digest is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`digest` is the secret's SHA-256 in hex; after a rotation the `earlier` one is good until `earlier_until`.

    `rate` is requests a minute and `quota` requests a day (UTC), None for what the settings say.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    digest: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    earlier: str = ""
    earlier_until: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    rate: int | None = None
    quota: int | None = None

    def lives(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


class ApiKeyStore(Protocol):
    def put(self, key: ApiKey) -> None: ...

    def change(self, id: str, changes: Mapping[str, Any]) -> ApiKey:
        """Set these fields of one key alone. Raises NotFound."""

    def get(self, id: str) -> ApiKey: ...  # raises NotFound

    def all(self) -> list[ApiKey]:
        """Oldest first, those revoked and expired too."""
