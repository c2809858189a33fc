"""The one path, on one screen: files in; masked, stored, annotated; friction themes and journeys out."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from pipelines.annotate import Annotator, annotate
from pipelines.discover import Progress, assign_new, assigner, discover
from pipelines.duplicates import find as find_duplicates
from pipelines.emergence import emerging
from pipelines.freshness import Since
from pipelines.ingest import ingest
from pipelines.namer import suggester
from pipelines.online import refresh
from pipelines.protect import protector
from pipelines.retention import expire
from pipelines.runlog import logged
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
    since: Since = None,
    refit: bool | None = None,
    anew: bool = True,
    seed: int = 0,
    progress: Progress = lambda step, done, total: None,
) -> Run:
    """Take files in and bring everything up to date; returns what was counted and how long each step took.

    `since` leaves out what changed before. Themes are discovered anew where `refit` (None: where there are none yet, or
    of another encoder); else new segments join the known ones. Without `anew`, what an older model has annotated stays
    as it is. Safe to kill and run again: each step goes on from what is stored. Raises what the steps raise.
    """
    protect = protector(settings)
    versions = {"encoder": annotator.encoder.version, "signals": annotator.version, "redaction": protect.version}
    with logged(store, versions=versions) as log:
        with log.step("ingest"):
            report = ingest(
                paths,
                store=store,
                protect=protect,
                settings=settings,
                format=format,
                options=options,
                since=since,
                run=log.run.id,
                progress=lambda r: progress("ingest", r.read + r.customers + r.events, None),
            )
            log.counts |= asdict(report)
        with log.step("annotate"):
            waiting = store.conversations.waiting(annotator.version)
            log.counts["annotated"] = annotate(
                store, annotator, anew=anew, progress=lambda done: progress("annotate", done, waiting)
            )
        with log.step("duplicates"):
            log.counts["told_again"] = find_duplicates(store)
        with log.step("themes"):
            known = store.themes.current() and assigner(store, encoder=annotator.encoder.version)
            if refit or (refit is None and not known):
                discover(
                    store,
                    annotator.encoder,
                    run=log.run.id,
                    headlines=annotator.headlines,
                    suggest=suggester(settings),
                    seed=seed,
                    progress=progress,
                )
            else:
                assign_new(store, encoder=annotator.encoder.version, at=datetime.now(UTC))
        with log.step("journeys"):
            log.counts["placed"] = refresh(store, annotator.taxonomy)
        if settings.retention:
            with log.step("retention"):
                gone = expire(store, days=settings.retention, now=datetime.now(UTC))
                log.counts["expired"] = gone.get("conversations", 0)
        with log.step("sums"):
            store.rollups.refresh()
            store.search.keep()
        emerging(store)
    return log.run
