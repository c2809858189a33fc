"""The command line of themes: lists, one theme, and what became of it."""

import json

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from nlp.errors import NotFound
from pipelines.settings import Settings
from pipelines.stores.protocols import Store


def run(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["themes", *arguments, "--store", settings.store], catch_exceptions=False)


def test_a_history_is_told_in_words_or_as_json(settings: Settings, store: Store) -> None:
    assert run(settings, "history", "t2").stdout == "2026-11-01  Split from “Delivery <b>late</b>” (t1), 60 % of it\n"
    assert run(settings, "history", "t1").stdout.splitlines() == [
        "2026-11-01  Found for the first time",
        "2026-11-01  “Charged twice” (t2) split from it, 60 % of it",
    ]
    (row,) = json.loads(run(settings, "history", "t2", "--json").stdout)
    assert (row["since"], row["other"]) == ("2026-11-01 00:00:00+00:00", "t1")
    with pytest.raises(NotFound, match="t99"):
        run(settings, "history", "t99")
