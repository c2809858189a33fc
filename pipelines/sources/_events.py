"""What readers of events share: the canonical name, a checked value, an id that stays over re-imports."""

import hashlib
import math
from datetime import datetime
from typing import Any

from nlp.customer import Event
from nlp.errors import BadRecord
from nlp.vocabulary import plain
from pipelines.sources._records import Options


def event(options: Options, customer: str, said: str, at: datetime, value: Any, *, key: str = "") -> Event:
    """An event under its canonical name; one that nobody has named keeps its own, and is counted.

    `key` tells the event apart where the source has an id for it; else customer, name, time and value do. Raises
    BadRecord for a value that is no number, or outside a score's range.
    """
    name = options.names.event(said)
    if name is None:
        options.unnamed[said] += 1
    amount = number(value)
    low, high = options.names.scores.get(name or "", (-math.inf, math.inf))
    if amount is not None and not low <= amount <= high:
        raise BadRecord(f"{name} is a score from {low:g} to {high:g}", "value", str(value))
    if amount is None and name in options.names.scores:
        raise BadRecord(f"{name} is a score from {low:g} to {high:g}: a value expected", "value", "")
    told = key or f"{customer}|{plain(said)}|{at.isoformat()}|{value}"
    return Event(f"events:{hashlib.sha256(told.encode()).hexdigest()[:24]}", customer, name or said, at, amount)


def number(value: Any) -> float | None:
    """None where there is no value. Raises BadRecord."""
    if value is None or not str(value).strip():
        return None
    try:
        amount = float(value)
    except (ValueError, TypeError) as error:
        raise BadRecord("a number expected", "value", str(value)) from error
    if not math.isfinite(amount):
        raise BadRecord("a finite number expected", "value", str(value))
    return amount
