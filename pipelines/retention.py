"""What has been kept long enough is forgotten: conversations and events, by their age."""

from datetime import datetime, timedelta

from pipelines.stores.protocols import Audit, Store


def expire(store: Store, *, days: int, now: datetime, who: str = "") -> dict[str, int]:
    """Delete conversations that ended, and events that happened, more than so many days ago; 0 days: nothing. The audit
    log says how many rows. Themes count them until the next discovery. Returns the deleted rows by table."""
    gone = store.sweep.expire(now - timedelta(days=days)) if days > 0 else {}
    if gone:
        store.audits.add(Audit(now, "privacy.expire", "", who, gone))
    return gone
