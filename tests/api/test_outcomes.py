"""What comes after themes, by route, command and page."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.commands import group
from nlp.customer import Event
from pipelines.stores.protocols import Store

NAMES = ("theme", "name", "stage", "outcome", "contacts", "customers", "risk", "others", "ratio", "low", "high", "p")


def test_the_route_tells_ratios_with_intervals_and_what_they_are_not(asked: TestClient) -> None:
    found = asked.get("/v1/outcomes").json()
    assert found["caveat"].startswith("Association, not cause")
    assert found["associations"], found
    assert set(NAMES) < set(found["associations"][0])
    assert all(row["low"] <= row["ratio"] <= row["high"] for row in found["associations"])


def test_an_unknown_stage_or_theme_is_refused(asked: TestClient) -> None:
    assert asked.get("/v1/outcomes?stage=limbo").status_code == 422
    assert asked.get("/v1/outcomes?theme=t99").status_code == 404


def test_the_command_prints_the_same_and_its_caveat(left: Store) -> None:
    told = CliRunner().invoke(group, ["outcomes", "--store", left.url])
    assert "Association, not cause" in told.output
    plain = CliRunner().invoke(group, ["outcomes", "--store", left.url, "--json", "--theme", "t1"])
    rows = json.loads(plain.output)["associations"]
    assert [row["theme"] for row in rows] == ["t1"] * len(rows)


def test_a_theme_s_page_shows_what_comes_after_it(asked: TestClient) -> None:
    page = asked.get("/themes/t1").text
    assert "What comes after it" in page
    assert "Association, not cause" in page


def test_attribution_is_told_by_route_and_command(asked: TestClient, left: Store) -> None:
    left.events.put([Event("e:later", "c099", "waved", datetime(2026, 9, 1, tzinfo=UTC))])
    found = asked.get("/v1/attribution?by=themes").json()
    assert [credit["name"] for credit in found["credits"]] == ["Heater breaks", "Hub lost"]
    assert sum(credit["shapley"]["value"] for credit in found["credits"]) == pytest.approx(1)
    assert asked.get("/v1/attribution?of=love").status_code == 422
    told = CliRunner().invoke(group, ["attribution", "--by", "themes", "--store", left.url])
    assert "Heater breaks" in told.output
    assert "26 of 100 paths end so" in told.output
    plain = CliRunner().invoke(group, ["attribution", "--json", "--order", "2", "--store", left.url])
    assert json.loads(plain.output)["ends"] == 26
