"""The run log: a run is begun, says that it goes on, and ends; one whose worker died is told as killed."""

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread

from nlp.errors import StoreError
from nlp.redaction import redact
from pipelines.stores.protocols import Run, Store

BEAT = 15.0
SILENT = timedelta(minutes=5)
"""A worker on another machine that has not said for so long that it goes on is taken for dead."""
MANY = 10_000


class RunLog:
    """One run that goes on. `counts` and the seconds of each step are kept when it ends, however it ends."""

    def __init__(self, store: Store, run: Run) -> None:
        self._store, self.run = store, run
        self.counts: dict[str, int] = {}
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Times a step."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - start, 2)

    def end(self, status: str, *, error: str = "") -> None:
        ended = replace(self.run, finished_at=datetime.now(UTC), status=status, error=error)
        self.run = replace(ended, counts=self.counts, seconds=self.seconds)
        self._store.runs.put(self.run)


@contextmanager
def logged(store: Store, *, versions: Mapping[str, str]) -> Iterator[RunLog]:
    """A run, in the store from its first moment to its last; an error within ends it as failed, and is raised."""
    bury(store)
    started = datetime.now(UTC)
    told = {"frictionary": version("frictionary"), **versions}
    run = Run(f"run-{started:%Y%m%dT%H%M%S%fZ}", started, versions=told, worker=worker(), beat_at=started)
    log = RunLog(store, replace(run, resumes=_unfinished(store)))
    store.runs.put(log.run)
    with _beating(store, run.id):
        try:
            yield log
        except BaseException as error:
            with suppress(StoreError):
                log.end("failed", error=masked(error))
            raise
    log.end("done")


def bury(store: Store, *, now: datetime | None = None) -> list[Run]:
    """Marks the runs as killed that say they go on while their worker does not; returns them."""
    now = now or datetime.now(UTC)
    dead = [run for run in store.runs.page(limit=MANY, status="running") if not alive(run.worker, run.beat_at, now)]
    for run in dead:
        store.runs.put(replace(run, status="killed"))
    return dead


def _unfinished(store: Store) -> str:
    """The last run, where it was cut off: each step goes on from what it has stored."""
    last = next(iter(store.runs.page(limit=1)), None)
    return last.id if last and last.status in ("killed", "failed") else ""


@contextmanager
def _beating(store: Store, run: str) -> Iterator[None]:
    """Says every few seconds that the run goes on, also where one step takes long."""
    over = Event()

    def beat() -> None:
        while not over.wait(BEAT):
            with suppress(StoreError):  # the database may be busy; the next time is soon
                store.runs.beat(run, datetime.now(UTC))

    thread = Thread(target=beat, name="run log", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def worker() -> str:
    """ "host/process/start": the start tells a process from a later one of the same number."""
    return f"{socket.gethostname()}/{os.getpid()}/{_born(os.getpid())}"


def alive(worker: str, beat_at: datetime | None, now: datetime) -> bool:
    """Of a worker on this machine whether its process is still there; of others whether they were heard of lately."""
    host, process, born = (*worker.split("/"), "", "")[:3]
    if host == socket.gethostname() and process.isdigit():
        return _runs(int(process)) and _born(int(process)) == born
    return beat_at is not None and now - beat_at < SILENT


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _born(process: int) -> str:
    """When a process started, in ticks since the machine did (proc(5), field 22); "" where that is not told."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def masked(error: BaseException) -> str:
    """What went wrong, as it may be kept."""
    return redact(f"{type(error).__name__}: {error}")[0][:500]
