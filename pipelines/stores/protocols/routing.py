"""The rules by which texts find their queue, and every version of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nlp.routing import Routing


@dataclass(frozen=True, slots=True)
class RoutingVersion:
    """`number` from 1; 0 are the rules of a store that was given none: all goes to one queue."""

    number: int
    at: datetime
    who: str
    note: str
    routing: Routing


class RoutingStore(Protocol):
    """Versions are added, never changed; the last one rules."""

    def put(
        self, routing: Routing, *, at: datetime, who: str, note: str = "", after: int | None = None
    ) -> RoutingVersion:
        """Adds a version. Raises Outdated where the last is not `after`, if that is given."""

    def current(self) -> RoutingVersion | None: ...

    def last(self) -> int:
        """The number of the last version; 0 without one."""

    def page(self, *, limit: int = 50, before: int | None = None) -> list[RoutingVersion]:
        """Newest first, those before a number."""
