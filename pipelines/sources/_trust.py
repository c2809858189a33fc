"""How far each way of knowing who speaks is trusted: an order of the rules, not a measured probability."""

from typing import Any

TRUST = {
    "stated": 1.0,
    "told": 1.0,
    "mailbox": 0.9,
    "labels": 0.9,
    "requester": 0.9,
    "mentions": 0.8,
    "authors": 0.6,
    "first speaker": 0.6,
    "unknown": 0.3,
}
"""What each rule means is told in docs/formats.md."""


def trusted(rule: str) -> dict[str, Any]:
    """The facts that tell by which rule a conversation's speakers are known, the weakest that was needed."""
    return {"roles": rule, "roles_confidence": TRUST[rule]}
