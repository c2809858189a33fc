"""The audit log: who read personal data or changed something, and when. Lines are added, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Audit:
    """`what` is "noun.verb": conversation.read, theme.edit, key.create, privacy.forget.

    `subject` is the id of what it was done to (a conversation, a pseudonym, a key), or "". `who` is "key:<id>",
    "person:<subject>", "loopback", or a name that a command was given. `request` is the id of the request, "" of a
    command. Numbers grow; the database gives them.
    """

    at: datetime
    what: str
    subject: str = ""
    who: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    request: str = ""
    number: int = 0


class AuditStore(Protocol):
    def add(self, entry: Audit) -> Audit: ...  # with its number

    def page(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        who: str = "",
        what: str = "",
        subject: str = "",
        before: int | None = None,
        limit: int = 50,
    ) -> list[Audit]:
        """Newest first. `until` is exclusive; `what` is a whole action, or its noun; `before` is a number."""
