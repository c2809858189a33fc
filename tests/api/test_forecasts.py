"""Forecasts by route and command: a rule that says so where nothing has been learnt."""

import json
from pathlib import Path

from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.commands import group
from nlp.errors import BadInput, BadModel
from pipelines.stores.protocols import Store


def test_the_route_gives_a_rule_that_says_so(asked: TestClient) -> None:
    found = asked.get("/v1/customers/c099/forecasts?at=2026-03-20").json()
    (told,) = found["forecasts"]
    assert (told["target"], told["by"], told["probability"]) == ("exit_30d", "rule", None)
    assert "not a probability" in told["note"]
    assert asked.get("/v1/customers/c000/forecasts?at=2026-03-20").json()["why_not"] == "has left"
    assert asked.get("/v1/customers/nobody/forecasts").status_code == 404


def test_the_command_says_the_same(left: Store) -> None:
    told = CliRunner().invoke(group, ["forecast", "c099", "--at", "2026-03-20", "--store", left.url])
    assert "not learnt from your customers" in told.output
    plain = CliRunner().invoke(group, ["forecast", "c000", "--at", "2026-03-20", "--store", left.url, "--json"])
    assert json.loads(plain.output)["why_not"] == "has left"


def test_a_folder_without_forecasts_and_a_store_without_a_past_are_told(left: Store, tmp_path: Path) -> None:
    arguments = ["forecast", "c099", "--store", left.url, "--forecasts", str(tmp_path)]
    assert isinstance(CliRunner().invoke(group, arguments).exception, BadModel)
    learn = ["train", "forecasts", "--store", left.url, "--out", str(tmp_path / "out"), "--json"]
    assert isinstance(CliRunner().invoke(group, learn).exception, BadInput)
