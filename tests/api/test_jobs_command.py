"""frictionary jobs: asked for, done, listed and ended from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from pipelines.stores import open_store


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/store.db"
    open_store(url).close()
    return url


def called(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["jobs", *arguments, "--store", url])


def test_a_job_is_asked_for_done_and_listed(url: str, tmp_path: Path) -> None:
    id = called(url, "ask", "export", "--option", "table=stages", "--option", "format=csv").stdout.strip()
    assert json.loads(called(url, "show", id).stdout)["state"] == "queued"
    assert called(url, "work", "--once", "--files", str(tmp_path / "files")).exit_code == 0
    (job,) = json.loads(called(url, "--json").stdout)
    assert (job["id"], job["state"]) == (id, "done")
    assert (tmp_path / "files" / job["result"]["file"]).read_text("utf-8").startswith("stage,definition")
    assert "export" in called(url).stdout
    assert json.loads(called(url, "--json", "--state", "queued").stdout) == []


def test_a_job_is_ended(url: str) -> None:
    id = called(url, "ask", "discover", "--option", "seed=3").stdout.strip()
    assert called(url, "cancel", id).stdout == "cancelled\n"


def test_an_option_that_is_none_is_refused(url: str) -> None:
    assert "NAME=VALUE expected" in called(url, "ask", "export", "--option", "table").output
    assert "colour" in str(called(url, "ask", "export", "--option", "colour=red").exception)
