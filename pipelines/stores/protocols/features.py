"""What features are read from in real time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from nlp.journeys.facts import Facts
from pipelines.messages import Message

Change = tuple[str, Facts, str | None]
"""A customer, the facts, and the stage that was told last; None where nothing was."""
Tell = Callable[[Sequence[Change]], Iterable[Message]]
"""One message each, in their order, whose data tell the stage."""


class Mark(NamedTuple):
    """A note that a customer is stale."""

    customer: str
    number: int


class FeatureStore(Protocol):
    """Each customer's facts in one row, which stands until anything that it is made of changes."""

    def get(self, customer: str) -> Facts | None:
        """None where they are not here, or are no longer what the store holds."""

    def everyone(self, among: Sequence[str] = ()) -> Iterator[tuple[str, Facts | None]]:
        """By customer, in one reading: those whose facts are here, and those who are stale, with None; of some where
        they are named."""

    def stale(self, *, limit: int = 1_000) -> list[str]:
        """Customers whose facts have changed since they were gathered, the longest waiting first."""

    def waiting(self) -> int:
        """How many customers are stale."""

    def marks(self, customers: Sequence[str]) -> list[int]:
        """What notes that they are stale, to be read before their facts are."""

    def marked(self) -> Iterator[Mark]:
        """Those of everybody by customer, as they are when the first is asked for."""

    def put(self, facts: Mapping[str, Facts | None], marks: Sequence[int], *, tell: Tell | None = None) -> None:
        """Keep customers' facts, None for those of whom nothing is left, and take the marks back. A customer who was
        changed after the marks were read stays stale. Where there is a sink, what `tell`
        makes of those whose facts are others than when they were told last is written to the outbox."""
