"""frictionary routing: rules go out as TOML, come back changed, and are tried."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from nlp.errors import BadInput, NotFound, Outdated
from pipelines.stores import open_store

RULES = """default = "general"

[[rules]]
queue = "retention"
intents = ["subscription_cancel"]
min_confidence = 0.3

[[rules]]
queue = "care"
max_sentiment = -0.5
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/store.db"
    open_store(url).__exit__(None, None, None)
    return url


def call(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["routing", *arguments, "--store", url])


def put(url: str, text: str, tmp_path: Path, *arguments: str) -> Result:
    file = tmp_path / "rules.toml"
    file.write_text(text, "utf-8")
    return call(url, "put", str(file), "--who", "Ada", *arguments)


def test_rules_go_out_as_they_came_in(url: str, tmp_path: Path) -> None:
    assert call(url, "show").stdout == 'default = "general"\n'
    assert put(url, RULES, tmp_path, "--note", "leavers first").stdout == "version 1: 2 rules, else general\n"
    assert call(url, "show").stdout == RULES
    assert put(url, call(url, "show").stdout.replace("care", "people"), tmp_path).exit_code == 0
    assert call(url, "show", "--version", "1").stdout == RULES
    assert isinstance(call(url, "show", "--version", "3").exception, NotFound)
    told = call(url, "history").stdout.splitlines()
    assert [line.split(" ")[0] for line in told] == ["2", "1"]
    assert told[1].endswith("Ada: 2 rules leavers first")


def test_a_text_is_tried(url: str, tmp_path: Path) -> None:
    put(url, RULES, tmp_path)
    said = "Please cancel my subscription at the end of the month."
    assert call(url, "try", said).stdout.startswith("retention (rule 1): subscription_cancel 0.")
    assert json.loads(call(url, "try", said, "--json").stdout)["queue"] == "retention"
    assert call(url, "try", "Thank you!").stdout.startswith("general (no rule fits): ")


def test_what_cannot_be_meant_changes_nothing(url: str, tmp_path: Path) -> None:
    for text, why in (
        ("default = ", "not valid TOML"),
        ('[[rules]]\nqueue = "a"\nintents = ["x"]', "'x' is not known"),
    ):
        error = put(url, text, tmp_path).exception
        assert isinstance(error, BadInput)
        assert "rules.toml: " in str(error)
        assert why in str(error)
    assert isinstance(put(url, RULES, tmp_path, "--after", "4").exception, Outdated)
    assert call(url, "history").stdout == ""
