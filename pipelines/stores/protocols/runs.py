"""The run log, and up to when each source has been read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pipelines.stores.protocols.records import Run, RunInput


class RunStore(Protocol):
    def put(self, run: Run) -> None: ...

    def get(self, id: str) -> Run: ...  # raises NotFound

    def page(
        self,
        *,
        limit: int = 50,
        status: str = "",
        sort: str = "-started_at",
        place: tuple[datetime, str] | None = None,
    ) -> list[Run]:
        """Newest first, or oldest by the sort `started_at`; with `status` only those. A page goes on after a `place`,
        (started_at, id) of the last run of the page before."""

    def beat(self, id: str, at: datetime) -> None:
        """A worker still works on a run: says so without touching anything else of it."""

    def put_inputs(self, inputs: Sequence[RunInput]) -> None: ...

    def inputs(self, run: str) -> list[RunInput]:
        """In order of their numbers."""

    def read(self, digests: Iterable[str]) -> set[tuple[str, str]]:
        """(name, SHA-256) of the inputs with these hashes that any run has read to their end."""


class MarkStore(Protocol):
    """High-water marks: the newest change that a finished run has seen of each source."""

    def all(self) -> dict[str, datetime]: ...

    def raise_to(self, seen: Mapping[str, datetime], *, run: str) -> None:
        """Marks only rise: an older moment than the one known changes nothing."""
