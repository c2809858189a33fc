"""Micro-moments, archetypes, cohorts and unusual days, by route and by command."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.app import create_app
from api.commands import group
from nlp.customer import Customer, Event
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

START = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def bought(tmp_path: Path) -> Iterator[Store]:
    """Sixty customers on two plans who bought; those on the one leave."""
    with open_store(f"sqlite:///{tmp_path}/bought.db") as opened:
        ids = [f"c{n:02}" for n in range(60)]
        opened.customers.put(Customer(id, {"plan": "basic" if n % 2 else "pro"}) for n, id in enumerate(ids))
        orders = [Event(f"o:{id}", id, "ordered", START + timedelta(n % 20), 10.0 * n) for n, id in enumerate(ids)]
        gone = [
            Event(f"x:{id}", id, "cancelled", START + timedelta(50)) for n, id in enumerate(ids) if n % 2 and n < 50
        ]
        last = [Event("last", "c00", "renewed", START + timedelta(60))]
        opened.events.put([*orders, *gone, *last])
        yield opened


def ran(*arguments: str) -> str:
    done = CliRunner().invoke(group, arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_sequences_are_told_by_route_and_command(asked: TestClient, left: Store) -> None:
    found = asked.get("/v1/journeys/patterns?outcome=writes_again").json()
    assert (found["outcome"], found["window"], found["drawn"]) == ("writes_again", 30, found["customers"])
    for row in found["patterns"]:
        assert len(row["steps"]) >= 2
        assert 0 < row["support"] <= 1
        assert len(row["examples"]) <= 3
    assert asked.get("/v1/journeys/patterns?outcome=dances").status_code == 422
    assert "sequences too few have the outcome" in ran("journeys", "patterns", "--store", left.url)
    assert json.loads(ran("journeys", "patterns", "--json", "--store", left.url))["outcome"] == "leaves"


def test_archetypes_are_told_with_their_outcomes_and_examples(asked: TestClient, left: Store) -> None:
    found = asked.get("/v1/journeys/archetypes").json()
    assert sum(one["customers"] for one in found["archetypes"]) == found["customers"] > 0
    for one in found["archetypes"]:
        assert one["name"].startswith("Writes")
        assert "writes" in one["outcomes"]
        assert 1 <= len(one["examples"]) <= 3
    assert "stability" in ran("journeys", "archetypes", "--store", left.url)


def test_cohorts_are_compared_by_an_attribute(bought: Store, settings: Settings, annotator: Annotator) -> None:
    client = TestClient(create_app(bought, settings, annotator), base_url="http://localhost")
    found = client.get("/v1/cohorts?by=plan").json()
    assert found["attributes"] == ["plan"]
    basic, pro = found["cohorts"]
    assert (basic["name"], pro["name"], basic["customers"]) == ("basic", "pro", 30)
    assert basic["outcomes"]["leaves"]["value"] == pytest.approx(25 / 30, abs=1e-4)
    assert basic["outcomes"]["leaves"]["differs"]
    assert basic["friction"] is None
    assert client.get("/v1/cohorts?by=shoes").status_code == 422
    assert "differs from all others" in ran("cohorts", "--by", "plan", "--store", bought.url)
    personas = json.loads(ran("cohorts", "--json", "--store", bought.url))
    assert {one["name"] for one in personas["cohorts"]} >= {"champions", "newcomers"}
    assert all(one["says"] for one in personas["cohorts"])


def test_days_before_anything_was_known_have_no_groups(bought: Store) -> None:
    assert "Nobody is known" in ran("cohorts", "--days", "365", "--store", bought.url)


def test_who_goes_on_is_told_by_route_and_command(bought: Store, settings: Settings, annotator: Annotator) -> None:
    ids = [f"c{n:02}" for n in range(30)]
    bought.events.put(Event(f"d:{id}", id, "delivered", START + timedelta(n % 20 + 4)) for n, id in enumerate(ids))
    client = TestClient(create_app(bought, settings, annotator), base_url="http://localhost")
    found = client.get("/v1/journeys/funnel").json()
    (step,) = found["steps"]
    assert (step["event"], step["customers"], step["share"]["value"]) == ("ordered", 60, 0.5)
    assert client.get("/v1/journeys/funnel?since=2026-03-12").json()["steps"][0]["before"] is not None
    assert "Within 30 days" in ran("journeys", "funnel", "--store", bought.url)


def test_unusual_days_are_told_and_a_short_past_says_so(asked: TestClient, left: Store) -> None:
    found = asked.get("/v1/anomalies?days=14").json()
    assert found["days"] == 14
    assert all(row["low"] <= row["high"] for row in found["anomalies"])
    assert asked.get("/v1/anomalies?days=0").status_code == 422
    assert "looked at" in ran("anomalies", "--store", left.url) or "eight weeks" in ran(
        "anomalies", "--store", left.url
    )
