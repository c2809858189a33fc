"""frictionary runs: what came in, told in words and as JSON."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from pipelines.runlog import worker
from pipelines.stores import open_store
from pipelines.stores.protocols import Run, RunInput

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RUN = Run("run-1", MONDAY, MONDAY, "done", {"read": 1200, "dead": 3}, {"ingest": 1.5}, {"encoder": "e1"}, worker())
FILE = RunInput("run-1", 1, "a.jsonl", "zendesk", "ab" * 32, 4321, {"read": 1200}, {"id: the record has no id": 3}, 1.5)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/store.db"
    with open_store(url) as store:
        store.runs.put(RUN)
        store.runs.put_inputs([FILE])
        store.runs.put(
            replace(RUN, id="run-2", status="running", started_at=datetime(2026, 3, 3, tzinfo=UTC), worker="")
        )
        store.marks.raise_to({"zendesk": MONDAY}, run="run-1")
    return url


def told(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["runs", *arguments])


def test_runs_are_listed_newest_first_with_the_marks_and_one_without_a_worker_is_killed(url: str) -> None:
    said = told("--store", url).stdout
    assert said.index("run-2") < said.index("run-1")
    assert "killed" in said
    assert "2026-03-02 09:00:00" in said
    found = json.loads(told("--json", "--status", "done", "--store", url).stdout)
    assert [run["id"] for run in found["runs"]] == ["run-1"]
    assert found["marks"] == {"zendesk": "2026-03-02T09:00:00+00:00"}


def test_a_run_is_shown_with_its_files_and_why_records_died(url: str) -> None:
    said = told("show", "run-1", "--store", url).stdout
    for part in ("a.jsonl: zendesk, 4,321 bytes, 1.5 s", "ab" * 32, "read 1,200", "3  id: the record has no id"):
        assert part in said
    found = json.loads(told("show", "run-1", "--json", "--store", url).stdout)
    assert found["inputs"][0]["dead"] == {"id: the record has no id": 3}
    assert json.loads(told("show", "last", "--json", "--store", url).stdout)["id"] == "run-2"


def test_a_run_that_is_not_there_is_told(url: str, tmp_path: Path) -> None:
    assert "no run 'run-9'" in str(told("show", "run-9", "--store", url).exception)
    assert "no runs" in str(told("show", "last", "--store", str(tmp_path / "new.db")).exception)


def test_a_store_of_no_runs_lists_none(tmp_path: Path) -> None:
    assert json.loads(told("--json", "--store", str(tmp_path / "new.db")).stdout) == {"runs": [], "marks": {}}
