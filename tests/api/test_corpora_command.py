"""`frictionary corpora`: what there is, whether it is here, and exit codes that mean something."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.commands import group


def run(*arguments: str, folder: Path) -> tuple[int, str]:
    result = CliRunner(env={"FRICTIONARY_CORPORA": str(folder)}).invoke(group, ["corpora", *arguments])
    return result.exit_code, result.output


def test_the_list_shows_licence_source_and_files_here(tmp_path: Path) -> None:
    code, output = run(folder=tmp_path)
    assert code == 0
    assert "banking77" in output
    assert "0 of  3 files here   CC-BY-4.0" in output
    _, output = run("--json", folder=tmp_path)
    listed = json.loads(output)
    assert listed["folder"] == str(tmp_path)
    assert {corpus["found"] for corpus in listed["corpora"]} == {0}


def test_a_named_corpus_that_is_missing_fails_the_check(tmp_path: Path) -> None:
    code, output = run("check", "banking77", folder=tmp_path)
    assert code == 1
    assert "missing  banking77/train.csv" in output
    assert run("check", folder=tmp_path)[0] == 0


def test_a_changed_file_fails_the_check(tmp_path: Path) -> None:
    (tmp_path / "banking77").mkdir()
    (tmp_path / "banking77/test.csv").write_text("text,category\n")
    code, output = run("check", "--json", folder=tmp_path)
    assert code == 1
    assert json.loads(output)["banking77"]["test.csv"] == "changed"


@pytest.mark.corpora
def test_the_corpora_here_are_those_of_the_catalogue() -> None:
    assert CliRunner().invoke(group, ["corpora", "check"]).exit_code == 0
