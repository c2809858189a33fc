"""Long work: each kind does what it says, tells how far it is, can be ended, and goes on after its worker is gone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.errors import BadInput, UnknownName
from pipelines.annotate import Annotator
from pipelines.jobs import ATTEMPTS, Worker, ask, bury, file_of
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Job, Store

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def talk(n: int) -> Conversation:
    turns = (Turn(0, Speaker.CUSTOMER, f"Parcel {n} is late again, I am angry and want my money back."),)
    return Conversation(f"s:{n}", "s", Channel.CHAT, f"c{n}", MONDAY + timedelta(hours=n), turns)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=f"sqlite:///{tmp_path}/store.db", job_files=tmp_path / "files")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings.store) as opened:
        opened.conversations.put(map(talk, range(70)))
        yield opened


@pytest.fixture
def worker(store: Store, settings: Settings, annotator: Annotator) -> Worker:
    return Worker(store, settings, lambda: annotator)


def test_what_no_job_can_be_told_is_refused(store: Store) -> None:
    with pytest.raises(UnknownName, match="known: "):
        ask(store, "paint", {}, actor="ada")
    with pytest.raises(UnknownName, match="colour"):
        ask(store, "annotate", {"colour": "red"}, actor="ada")
    with pytest.raises(UnknownName, match="noun"):
        ask(store, "export", {}, actor="ada")
    with pytest.raises(BadInput, match="int expected"):
        ask(store, "discover", {"seed": "1"}, actor="ada")
    with pytest.raises(BadInput, match="a time such as"):
        ask(store, "export", {"table": "themes", "since": "monday"}, actor="ada")
    assert store.jobs.page() == []


def test_each_kind_of_job_does_what_it_says(store: Store, worker: Worker, settings: Settings) -> None:
    for kind, options in (("annotate", {}), ("features", {}), ("discover", {}), ("export", {"table": "signals"})):
        ask(store, kind, options, actor="ada")
        job = worker.one()
        assert (job and job.state, job and job.error) == ("done", ""), job
        if kind == "annotate":
            assert job.result["annotated"] == job.total == job.done == 70
            assert store.conversations.waiting(job.result["model"]) == 0
        if kind == "features":
            assert (store.features.waiting(), job.result["customers"]) == (0, job.done)
        if kind == "discover":
            assert job.result["run"] == store.themes.current_run()
    path = file_of(job, settings.job_files)
    assert path is not None
    assert pq.read_table(path).num_rows == job.result["rows"] == sum(1 for _ in store.signals.all())
    assert worker.one() is None


def test_jobs_are_done_in_the_order_asked_for_while_others_ask(store: Store, worker: Worker) -> None:
    first, second = (
        ask(store, "export", {"table": name, "format": "csv"}, actor="ada") for name in ("themes", "stages")
    )
    worker.run(once=True)
    done = [store.jobs.get(job.id) for job in (first, second)]
    assert [job.state for job in done] == ["done", "done"]
    assert done[0].finished_at <= done[1].started_at  # type: ignore[operator]


def test_a_job_that_fails_says_why_without_a_customers_words(store: Store, worker: Worker) -> None:
    ask(store, "export", {"table": "themes", "format": "xes"}, actor="ada")
    job = worker.one()
    assert (job and job.state, job and "xes is a format for event logs" in job.error) == ("failed", True)
    assert list(worker._settings.job_files.iterdir()) == []


def test_a_job_that_runs_is_ended_where_it_tells_of_itself(
    store: Store, settings: Settings, annotator: Annotator
) -> None:
    asked = ask(store, "annotate", {}, actor="ada")

    def models() -> Annotator:
        """Loaded by the job itself: while it runs somebody asks to end it, which its worker hears within a second."""
        store.jobs.cancel(asked.id, datetime.now(UTC))
        time.sleep(1.5)
        return annotator

    job = Worker(store, settings, models).one()
    assert (job and job.state, job and job.result) == ("cancelled", {})
    assert store.conversations.waiting(annotator.version) == 70


def test_a_worker_that_is_told_to_end_gives_its_job_back(
    store: Store, settings: Settings, annotator: Annotator
) -> None:
    ask(store, "annotate", {}, actor="ada")
    worker = Worker(store, settings, lambda: worker.end() or annotator)  # type: ignore[func-returns-value]
    worker.run()
    (job,) = store.jobs.page()
    assert (job.state, job.worker) == ("queued", "")
    done = Worker(store, settings, lambda: annotator).one()
    assert (done and done.state, done and done.attempts) == ("done", 2)


def running(store: Store, **others: object) -> Job:
    job = Job("job-1", "annotate", {}, "ada", "running", MONDAY, MONDAY, attempts=1, worker="there/1/1", beat_at=MONDAY)
    store.jobs.put(replace(job, **others))
    return store.jobs.get("job-1")


def test_a_job_whose_worker_is_gone_goes_on_and_after_three_attempts_no_more(store: Store) -> None:
    running(store)
    assert bury(store, now=MONDAY + timedelta(seconds=1)) == []
    (job,) = bury(store)
    assert store.jobs.get(job.id).state == "queued"
    running(store, attempts=ATTEMPTS)
    bury(store)
    found = store.jobs.get("job-1")
    assert (found.state, found.finished_at is not None) == ("interrupted", True)
    running(store, cancelling=True)
    bury(store)
    assert store.jobs.get("job-1").state == "cancelled"


def test_a_file_is_kept_for_a_day(store: Store, worker: Worker, settings: Settings) -> None:
    ask(store, "export", {"table": "stages", "format": "csv"}, actor="ada")
    job = worker.one()
    path = job and file_of(job, settings.job_files)
    assert path
    old = time.time() - 90_000
    os.utime(path, (old, old))
    ask(store, "export", {"table": "themes", "format": "csv"}, actor="ada")
    worker.one()
    assert not path.exists()
    assert file_of(job, settings.job_files) is None


@pytest.mark.slow
def test_a_worker_that_is_killed_is_followed_by_another_that_ends_its_job(store: Store, settings: Settings) -> None:
    ask(store, "annotate", {}, actor="ada")
    store.conversations.put(map(talk, range(70, 3_000)))
    command = [sys.executable, "-c", "from api.commands import main; main()", "jobs", "work", "--store", settings.store]
    first = subprocess.Popen([*command, "--files", str(settings.job_files)])
    deadline = time.monotonic() + 60
    while not store.jobs.page()[0].done and time.monotonic() < deadline:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert store.jobs.page()[0].state == "running"
    subprocess.run([*command, "--once", "--files", str(settings.job_files)], check=True, timeout=120)
    (job,) = store.jobs.page()
    assert (job.state, job.attempts, job.result["annotated"] < 3_000) == ("done", 2, True)
    assert store.conversations.waiting(job.result["model"]) == 0
