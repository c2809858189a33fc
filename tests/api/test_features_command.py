"""frictionary features: the dictionary, and one customer in figures."""

import json
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from api.commands import group
from nlp.customer import Event
from nlp.journeys.dictionary import FEATURES, page
from pipelines.stores import open_store


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(group, ["features", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_dictionary_is_printed_for_people_machines_and_the_page() -> None:
    assert f"{FEATURES[0].name}  ({FEATURES[0].unit})" in printed("describe")
    assert [row["name"] for row in json.loads(printed("describe", "--format", "json"))] == [f.name for f in FEATURES]
    assert printed("describe", "--format", "markdown") == page()


def test_a_customers_features_are_shown_as_of_a_moment(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with open_store(url) as store:
        store.events.put([Event("e:1", "ann", "ordered", datetime(2026, 3, 2, tzinfo=UTC))])
    before, after = (
        json.loads(printed("show", "ann", "--store", url, "--at", day)) for day in ("2026-03-02", "2026-03-05")
    )
    assert (before["events"], after["events"], after["days_since_event"]) == (0, 1, 3.0)
