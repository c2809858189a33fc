"""`frictionary models`: a list and a card, and exit code 1 for a damaged file."""

import json
import shutil
from pathlib import Path

from click.testing import CliRunner

from api.commands import group
from pipelines.settings import ROOT


def run(*arguments: str, models: Path = ROOT / "models") -> tuple[int, str]:
    result = CliRunner(env={"FRICTIONARY_MODELS": str(models)}).invoke(group, ["models", *arguments])
    return result.exit_code, result.output


def test_the_list_names_version_size_and_figures() -> None:
    code, output = run()
    assert code == 0
    assert "encoder  " in output
    assert "intent on gold:" in output
    assert {model["name"] for model in json.loads(run("--json")[1])} >= {"encoder", "heads"}


def test_a_card_is_shown_with_each_files_state() -> None:
    code, output = run("show", "encoder")
    assert code == 0
    assert "max_tokens:" in output
    assert "bytes, whole" in output


def test_a_damaged_file_is_told_and_the_exit_code_says_so(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "models" / "heads", tmp_path / "heads")
    (tmp_path / "heads" / "stage.npz").write_bytes(b"broken")
    code, output = run(models=tmp_path)
    assert code == 1
    assert "DAMAGED" in output
    assert run("show", "heads", "--json", models=tmp_path)[0] == 1
