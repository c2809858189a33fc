"""The sample corpus goes into a store, masked and annotated, once."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.commands import group
from pipelines.settings import ROOT
from pipelines.stores import open_store

SAMPLE = ROOT / "corpora" / "sample"


def ingest(folder: Path) -> dict:
    environment = {
        "FRICTIONARY_KEY": "a key for tests",
        "FRICTIONARY_DEAD_LETTERS": str(folder / "dead.jsonl"),
        "FRICTIONARY_STORE": f"sqlite:///{folder}/sample.db",
    }
    paths = [str(SAMPLE / "tickets.jsonl"), str(SAMPLE / "posts.jsonl"), str(SAMPLE / "calls")]
    result = CliRunner().invoke(group, ["ingest", "--json", *paths], env=environment, catch_exceptions=False)
    assert result.exit_code == 0
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    ingest(folder)
    return folder


def test_every_conversation_of_the_key_is_in_the_store_and_annotated(folder: Path) -> None:
    key = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))["conversations"]
    with open_store(f"sqlite:///{folder}/sample.db") as store:
        missing = [id for id in key if store.signals.summary(id) is None]
    assert missing == []


def test_the_same_export_twice_adds_and_changes_nothing(folder: Path) -> None:
    again = ingest(folder)
    assert (again["added"], again["changed"], again["annotated"], again["dead"]) == (0, 0, 0, 0)


def test_no_address_or_phone_of_a_customer_is_left_in_the_store(folder: Path) -> None:
    stored = b"".join(p.read_bytes() for p in folder.glob("sample.db*")).decode("utf-8", "ignore").lower()
    with (SAMPLE / "customers.csv").open(encoding="utf-8") as file:
        people = list(csv.DictReader(file))
    left = [p["id"] for p in people for field in ("email", "phone") if p[field] and p[field].lower() in stored]
    assert left == []
