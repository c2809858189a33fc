"""Runs of the pipeline."""

from typing import Protocol

from pipelines.stores.protocols.records import Run


class RunStore(Protocol):
    def put(self, run: Run) -> None: ...

    def page(self, *, limit: int = 50) -> list[Run]:
        """Newest first."""
