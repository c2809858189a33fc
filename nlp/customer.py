"""Who speaks, and what else they did: customers and their events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Customer:
    """A person or account, known by pseudonym alone. `attributes` are flat facts (plan, city, value, segment)."""

    id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


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
