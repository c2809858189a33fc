"""What features are read from in real time."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from nlp.journeys.facts import Facts


class FeatureStore(Protocol):
    """Each customer's facts in one row, which stands until anything that it is made of changes."""

    def get(self, customer: str) -> Facts | None:
        """None where they are not here, or are no longer what the store holds."""

    def stale(self, *, limit: int = 1_000) -> list[str]:
        """Customers whose facts have changed since they were gathered, the longest waiting first."""

    def waiting(self) -> int:
        """How many customers are stale."""

    def marks(self, customers: Sequence[str]) -> list[int]:
        """What notes that they are stale, to be read before their facts are."""

    def put(self, facts: Mapping[str, Facts | None], marks: Sequence[int]) -> None:
        """Keep customers' facts, None for those of whom nothing is left, and take the marks back. A customer who was
        changed after the marks were read stays stale."""
