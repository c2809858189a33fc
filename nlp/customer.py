"""Who speaks, and what else they did: customers and their events."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DATES = "@"


@dataclass(frozen=True, slots=True)
class Customer:
    """A person or account, known by pseudonym alone. `attributes` are flat facts (plan, city, value, segment)."""

    id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


def latest(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that stand. Where `new` dates its facts (under `DATES`: name -> epoch seconds), the later of two does,
    whatever the order in which they come; else `new` stands as a whole."""
    if DATES not in new:
        return dict(new)
    said = [(facts.get(DATES, {}).get(name, -math.inf), str(facts[name]), name, facts[name])
            for facts in (old, new) for name in facts if name != DATES]  # fmt: skip
    said.sort(key=lambda one: one[:2])
    dates = {name: at for at, _, name, _ in said if at > -math.inf}
    return {name: value for _, _, name, value in said} | {DATES: dates}


@dataclass(frozen=True, slots=True)
class Event:
    """Something a customer did or had done to them (ordered, delivered, renewed, cancelled, …).

    `id` is stable over re-imports; `name` is canonical (see the taxonomy's events); `at` is aware UTC.
    """

    id: str
    customer: str
    name: str
    at: datetime
    value: float | None = None


def in_order(event: Event) -> tuple[datetime, str, float, str]:
    """Sorts a customer's events: the oldest first, those of one moment by name and value. Ids come last, since they are
    keyed: under another key they would tell another order."""
    return event.at, event.name, -math.inf if event.value is None else event.value, event.id
