"""The one path, on one screen: files in; masked, stored, annotated; friction themes and journeys out."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from pipelines.annotate import Annotator, annotate
from pipelines.discover import Progress, assign_new, assigner, discover
from pipelines.ingest import ingest
from pipelines.placing import place
from pipelines.protect import protector
from pipelines.settings import Settings
from pipelines.sources import Options
from pipelines.stores.protocols import Run, Store


def run(
    paths: Sequence[Path],
    *,
    store: Store,
    annotator: Annotator,
    settings: Settings,
    format: str | None = None,
    options: Options | None = None,
    refit: bool | None = None,
    anew: bool = True,
    seed: int = 0,
    progress: Progress = lambda step, done, total: None,
) -> Run:
    """Take files in and bring everything up to date; returns what was counted and how long each step took.

    Themes are discovered anew where `refit` (None: where there are none yet, or of another encoder); else new segments
    join the known ones. Without `anew`, what an older model has annotated stays as it is.
    Safe to kill and run again: each step goes on from what is stored. Raises what the steps raise.
    """
    started = datetime.now(UTC)
    id = f"run-{started:%Y%m%dT%H%M%S%fZ}"
    seconds: dict[str, float] = {}
    counts: dict[str, int] = {}
    broken = any(before.status != "done" for before in store.runs.page(limit=1))
    begun = Run(id, started, versions={"encoder": annotator.encoder.version, "signals": annotator.version})
    store.runs.put(begun)
    with _timed("ingest", seconds):
        report = ingest(
            paths,
            store=store,
            protect=protector(settings),
            settings=settings,
            format=format,
            options=options,
            progress=lambda r: progress("ingest", r.read + r.customers + r.events, None),
        )
        counts |= asdict(report)
    with _timed("annotate", seconds):
        waiting = store.conversations.waiting(annotator.version)
        counts["annotated"] = annotate(
            store, annotator, anew=anew, progress=lambda done: progress("annotate", done, waiting)
        )
    with _timed("themes", seconds):
        known = store.themes.current() and assigner(store, encoder=annotator.encoder.version)
        if refit or (refit is None and not known):
            discover(
                store,
                annotator.encoder,
                run=id,
                headlines=annotator.headlines,
                seed=seed,
                progress=progress,
            )
        else:
            assign_new(store, encoder=annotator.encoder.version, at=datetime.now(UTC))
    with _timed("journeys", seconds):
        if report.events or report.moved or broken:  # a run that was killed may have stored events and not placed
            counts["placed"] = place(store, annotator.taxonomy)
    finished = replace(begun, finished_at=datetime.now(UTC), status="done", counts=counts, seconds=seconds)
    store.runs.put(finished)
    return finished


@contextmanager
def _timed(step: str, seconds: dict[str, float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[step] = round(time.perf_counter() - start, 2)
