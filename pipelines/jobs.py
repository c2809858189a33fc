"""Long work: asked for, done by a worker beside everything else, and gone on with after whatever ends the worker."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from uuid import uuid4

from nlp.errors import FrictionaryError, StoreError, UnknownName
from pipelines import work
from pipelines.annotate import Annotator
from pipelines.runlog import alive, masked, worker
from pipelines.settings import Settings
from pipelines.stores.protocols import Job, Store
from pipelines.task import Cancelled, Interrupted, Task

BEAT = 1.0
"""Seconds between two words of a worker, and between two looks for work."""
ATTEMPTS = 3
PLACES = ("here", "elsewhere")
KEPT = timedelta(days=1)
"""How long the file that a job made is kept."""
MANY = 1_000
log = logging.getLogger("frictionary.jobs")


def here(settings: Settings) -> bool:
    """Whether a server does jobs itself. Raises UnknownName."""
    if settings.jobs not in PLACES:
        raise UnknownName.of("place for jobs", settings.jobs, PLACES)
    return settings.jobs == PLACES[0]


def ask(store: Store, kind: str, options: Mapping[str, Any], *, actor: str) -> Job:
    """Put a job at the end of the queue. Raises UnknownName, BadInput."""
    checked = work.check(kind, options, store)
    job = Job(f"job-{uuid4().hex}", kind, checked, actor, "queued", datetime.now(UTC))
    store.jobs.put(job)
    return job


def bury(store: Store, *, now: datetime | None = None) -> list[Job]:
    """Take back the jobs whose workers are gone: back into the queue, or, after three attempts, interrupted."""
    now = now or datetime.now(UTC)
    running = store.jobs.page(state="running", limit=MANY)
    gone = [job for job in running if not alive(job.worker, job.beat_at, now)]
    return [job for job in gone if store.jobs.requeue(job, *_after(job, now))]


def _after(job: Job, now: datetime) -> tuple[str, datetime]:
    if job.cancelling:
        return "cancelled", now
    return ("queued" if job.attempts < ATTEMPTS else "interrupted"), now


def file_of(job: Job, folder: Path) -> Path | None:
    """What a job has made, while it is kept."""
    name = str(job.result.get("file", ""))
    path = folder / Path(name).name
    return path if name and path.is_file() else None


class Worker:
    """Does one job after the other. `models` are loaded when the first job needs them; `writing` is held while a job
    writes conversations' findings, where others write beside it."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        models: Callable[[], Annotator],
        *,
        writing: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self._store, self._settings, self._models, self._writing = store, settings, models, writing
        self._ending, self._woken, self._starting = Event(), Event(), Lock()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Work in a thread until `stop`; nothing where it does already."""
        with self._starting:
            if self._thread is None and not self._ending.is_set():
                self._thread = Thread(target=self.run, name="jobs", daemon=True)
                self._thread.start()
        self._woken.set()

    def end(self) -> None:
        """Give back the job at hand as soon as it tells of itself, and take no other."""
        self._ending.set()
        self._woken.set()

    def stop(self, *, wait: float = 5.0) -> None:
        """End, and wait for the thread; a job that has not told of itself by then is taken up by the next worker."""
        self.end()
        if self._thread:
            self._thread.join(wait)

    def run(self, *, once: bool = False) -> None:
        """Do what waits, then wait for more, or, `once`, return."""
        while not self._ending.is_set():
            try:
                bury(self._store)
                if self.one() is not None:
                    continue
            except FrictionaryError as error:  # the database may be away for a moment
                log.warning("jobs wait: %s", error)
            if once:
                return
            self._woken.wait(BEAT)
            self._woken.clear()

    def one(self) -> Job | None:
        """Do the job that has waited longest; returns it as it is then, None where none waits."""
        job = self._store.jobs.claim(worker(), datetime.now(UTC))
        if job is None:
            return None
        task = Task(self._store, self._settings, job, self._models, self._writing, ending=self._ending)
        with _beating(task):
            state, result, error = self._done(task)
        if state == "queued":
            self._store.jobs.requeue(job, "queued", datetime.now(UTC))
        else:
            self._store.jobs.end(job.id, state, datetime.now(UTC), result=result, error=error)
        _tidy(self._settings.job_files)
        return self._store.jobs.get(job.id)

    def _done(self, task: Task) -> tuple[str, Mapping[str, Any], str]:
        try:
            return "done", work.KINDS[task.job.kind].do(task), ""
        except Cancelled:
            return "cancelled", {}, ""
        except Interrupted:
            return "queued", {}, ""
        except Exception as error:
            log.warning("job %s failed: %s", task.job.id, type(error).__name__)
            return "failed", {}, masked(error)


@contextmanager
def _beating(task: Task) -> Iterator[None]:
    """Says every second how far the job is, and hears whether it is to end."""
    over = Event()

    def beat() -> None:
        store, id = task.store, task.job.id
        while True:
            last = over.is_set()  # asked before, so that the last word is how far the job came
            with suppress(StoreError):  # the database may be busy; the next time is soon
                at = datetime.now(UTC)
                if store.jobs.beat(id, at, step=task.step, done=task.done, total=task.total):
                    task.stop.set()
            if last:
                return
            over.wait(BEAT)

    thread = Thread(target=beat, name="job", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tidy(folder: Path) -> None:
    """Files that have been kept long enough go."""
    oldest = (datetime.now(UTC) - KEPT).timestamp()
    for path in folder.glob("job-*") if folder.is_dir() else ():
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()
