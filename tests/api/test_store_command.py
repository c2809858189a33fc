"""frictionary store: migrated, copied and checked from the command line."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from api.commands import group
from pipelines.stores import open_store
from pipelines.stores.database import Database
from pipelines.stores.protocols import Run


@pytest.fixture
def path(tmp_path: Path) -> str:
    path = str(tmp_path / "one.db")
    with open_store(path) as store:
        store.runs.put(Run("run-1", datetime(2026, 3, 2, tzinfo=UTC)))
    return path


def called(*arguments: str, input: str | None = None) -> Result:
    return CliRunner().invoke(group, ["store", *arguments], input=input)


def test_a_copy_is_equal_and_what_is_changed_in_it_is_found(path: str, tmp_path: Path) -> None:
    other = str(tmp_path / "two.db")
    assert json.loads(called("copy", path, other, "--json").stdout)["runs"] == 1
    same = called("check", path, other)
    assert (same.exit_code, "whole and equal" in same.stdout) == (0, True)
    database = Database(other)
    with database.write() as connection:
        connection.execute(text("UPDATE runs SET error = 'x'"))
    database.engine.dispose()
    differs = called("check", path, other, "--json")
    assert (differs.exit_code, json.loads(differs.stdout)["differ"]) == (1, ["runs"])
    assert "holds runs" in str(called("copy", path, other).exception)


def test_a_store_goes_down_only_where_somebody_says_so(path: str) -> None:
    assert called("migrate", "--store", path, "--to", "0014", input="n\n").exit_code == 1
    assert "to 0014" in called("migrate", "--store", path, "--to", "0014", "--yes").stdout
    stale = called("check", path)
    assert (stale.exit_code, "schema 0014" in stale.stdout) == (1, True)
    assert "0014 to 0" in called("migrate", "--store", path).stdout
    assert called("check", path).exit_code == 0


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "no store at" in str(called("check", str(tmp_path / "none.db")).exception)
