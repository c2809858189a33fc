"""What a request leaves in the audit log: each read of personal data and each change, before its answer is sent.

An answer that cannot be logged is not given; of a change that cannot be logged its caller hears of an error.
"""

from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Scope

from api.security.doors import SAFE, Door
from pipelines.stores.protocols import Audit, Store

SUBJECT = 200
"""Characters of an id that is kept."""


async def record(store: Store, scope: Scope, message: Message) -> None:
    """Nothing for what was refused or is answered again, for figures and for analyses that store nothing. Raises
    StoreError."""
    status, again = message["status"], (b"idempotency-replayed", b"true") in message["headers"]
    what = "" if status >= 400 or status == 304 or again else done(scope)
    if what:
        state = scope["state"]
        entry = Audit(
            datetime.now(UTC), what, subject(state), who=state["actor"].id, request=state.get("request_id", "")
        )
        await run_in_threadpool(store.audits.add, entry)


def done(scope: Scope) -> str:
    """As the door calls it; a change through a door that does not say is called by its method and its route."""
    known: Door | None = scope["state"]["door"]
    if known is None:
        return "" if scope["method"] in SAFE else f"{scope['method']}.undeclared"
    return known.audit


def subject(state: dict[str, Any]) -> str:
    """What the route says that it was about, else the ids in its path."""
    return str(state.get("subject") or "/".join(state["parameters"].values()))[:SUBJECT]
