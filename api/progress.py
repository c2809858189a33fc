"""Progress bars on standard error: one a step, with counts, and a total where it is known."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import TaskID

    from pipelines.discover import Progress as Report


@contextmanager
def progress(*, hidden: bool = False) -> Iterator["Report"]:
    """Yields `report`; a step is finished when the next one begins or the block ends. Nothing is shown where hidden."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description:<10}"), BarColumn(32))
    bars = Progress(
        *columns, MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True), disable=hidden, expand=False
    )
    steps: dict[str, TaskID] = {}

    def finish() -> None:
        for task in bars.tasks:
            bars.update(task.id, total=task.completed)

    def report(step: str, done: int, total: int | None) -> None:
        if step not in steps:
            finish()
            steps[step] = bars.add_task(step, total=total)
        bars.update(steps[step], completed=done, total=total)

    with bars:
        yield report
        finish()
