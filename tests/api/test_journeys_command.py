"""frictionary journeys: the map as a table, JSON and drawings."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.commands import group
from nlp.customer import Event
from pipelines.stores import open_store

START = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        done = (("ordered", 0), ("installed", 3), ("cancelled", 9))
        store.events.put(Event(f"e:{n}", "ann", n, START + timedelta(days)) for n, days in done)
    return f"sqlite:///{tmp_path}/store.db"


def printed(url: str, *arguments: str) -> str:
    done = CliRunner().invoke(group, ["journeys", "map", "--store", url, *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_map_is_printed_for_people_and_machines(url: str) -> None:
    assert "onboarding" in printed(url)
    found = json.loads(printed(url, "--format", "json", "--gap", "4"))
    assert [row["stage"] for row in found["stages"]] == ["onboarding", "use", "exit"]
    assert found["gap"] == 4


@pytest.mark.parametrize(("format", "first"), [("mermaid", "flowchart LR"), ("dot", "digraph journey {")])
def test_the_moves_are_printed_as_a_drawing(url: str, format: str, first: str) -> None:
    assert printed(url, "--format", format).splitlines()[0] == first
