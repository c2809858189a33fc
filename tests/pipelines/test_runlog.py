"""The run log: what ends is done or failed, what dies is killed, and the next run says what it goes on from."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.runlog import SILENT, bury, logged, worker
from pipelines.stores import open_store
from pipelines.stores.protocols import Run, Store

NOW = datetime.now(UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield store


def test_a_run_is_running_from_its_first_moment_and_done_at_its_last(store: Store) -> None:
    with logged(store, versions={"encoder": "e1"}) as log:
        assert store.runs.get(log.run.id) == log.run
        assert (log.run.status, log.run.worker) == ("running", worker())
        with log.step("ingest"):
            log.counts["read"] = 3
    done = store.runs.get(log.run.id)
    assert (done.status, done.counts, list(done.seconds)) == ("done", {"read": 3}, ["ingest"])
    assert done.finished_at is not None
    assert (done.versions["encoder"], set(done.versions)) == ("e1", {"encoder", "frictionary"})


def test_a_run_that_fails_says_why_without_personal_data_and_the_next_goes_on_from_it(store: Store) -> None:
    def fail() -> None:
        with logged(store, versions={}) as log:
            log.counts["read"] = 1
            raise ValueError("no place for ada@example.org")

    with pytest.raises(ValueError, match="ada"):
        fail()
    (failed,) = store.runs.page()
    assert (failed.status, failed.error, failed.counts) == ("failed", "ValueError: no place for <EMAIL>", {"read": 1})
    with logged(store, versions={}) as log:
        assert log.run.resumes == failed.id
    with logged(store, versions={}) as log:
        assert log.run.resumes == ""


def test_a_run_whose_process_is_gone_was_killed(store: Store) -> None:
    host, process, born = worker().split("/")
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    gone = Run("gone", NOW, worker=f"{host}/{child.pid}/1", beat_at=NOW)
    before = Run("before", NOW, worker=f"{host}/{process}/another start", beat_at=NOW)
    own = Run("own", NOW, worker=f"{host}/{process}/{born}")
    for run in (gone, before, own):
        store.runs.put(run)
    assert {run.id for run in bury(store)} == {"gone", "before"}
    assert {run.id: run.status for run in store.runs.page()} == {"gone": "killed", "before": "killed", "own": "running"}


def test_a_worker_elsewhere_is_dead_when_it_has_not_said_for_long_that_it_goes_on(store: Store) -> None:
    there = Run("there", NOW, worker="elsewhere/1/1", beat_at=NOW - SILENT + timedelta(seconds=1))
    silent = replace(there, id="silent", beat_at=NOW - SILENT)
    old = Run("of before the run log", NOW)
    for run in (there, silent, old):
        store.runs.put(run)
    assert {run.id for run in bury(store, now=NOW)} == {"silent", "of before the run log"}


def test_a_killed_run_is_told_and_gone_on_from(store: Store, tmp_path: Path) -> None:
    work = (
        "import sys, time; from pipelines.stores import open_store; from pipelines.runlog import logged\n"
        f"with open_store('sqlite:///{tmp_path}/store.db') as store, logged(store, versions={{}}):\n"
        "    print('on', flush=True); time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", work], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert child.stdout is not None
    child.stdout.readline()
    (begun,) = store.runs.page()
    with logged(store, versions={}) as log:
        assert log.run.resumes == ""  # it still goes on
    child.kill()
    child.communicate()
    with logged(store, versions={}) as log:
        pass
    assert store.runs.get(begun.id).status == "killed"
