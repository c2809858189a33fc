"""People who have logged in: what their session says of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.types import Scope

from api.security.actor import ROLES, Actor

PERSON = "person"
HOURS = timedelta(hours=8)


def person_of(scope: Scope, at: datetime) -> Actor | None:
    """Whom the signed session names, until it ends."""
    told = scope.get("session", {}).get(PERSON)
    if not told or at.timestamp() >= told["until"] or told["role"] not in ROLES:
        return None
    return Actor(f"person:{told['subject']}", "person", ROLES[told["role"]], told["name"], told["role"])


def remember(session: dict[str, Any], *, subject: str, name: str, role: str, at: datetime) -> None:
    """Begin a session, in which nothing of the one before is left."""
    session.clear()
    session[PERSON] = {
        "subject": subject,
        "name": name,
        "role": role,
        "until": (at.astimezone(UTC) + HOURS).timestamp(),
    }
