"""frictionary duplicates: groups listed and explained, split and joined by people."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from nlp.conversation import Channel, Conversation, Speaker, Turn
from pipelines.duplicates import find
from pipelines.stores import open_store

AT = datetime(2026, 3, 2, tzinfo=UTC)
FORM = (
    "Dear Sir or Madam I hereby object to the new prices that you announced on the first of the month and ask you to "
    "keep my contract as it was"
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/store.db"
    said = [("ann", "Where is my parcel?"), ("ann", "where is my parcel"), ("bob", FORM), ("cid", FORM)]
    with open_store(url) as store:
        store.conversations.put(
            Conversation(f"s:{n}", "s", Channel.CHAT, who, AT + timedelta(days=n), (Turn(0, Speaker.CUSTOMER, text),))
            for n, (who, text) in enumerate(said)
        )
        find(store)
    return url


def call(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["duplicates", *arguments, "--store", url])


def test_groups_and_templates_are_listed_apart(url: str) -> None:
    assert call(url, "list").stdout == "2026-03-02 chat s:0: s:1\n1 groups\n"
    assert call(url, "list", "--templates").stdout == "2026-03-04 chat s:2: s:3\n1 groups\n"
    (row,) = json.loads(call(url, "list", "--json").stdout)
    assert (row["original"], row["conversations"]) == ("s:0", ["s:0", "s:1"])


def test_a_conversation_is_explained_with_its_links_and_decisions(url: str) -> None:
    assert (
        "exact: s:1 and s:0: the same words by the same customer, 1.0 days later" in call(url, "explain", "s:1").stdout
    )
    assert call(url, "split", "s:0", "s:1", "--who", "Ada", "--note", "two parcels").stdout == (
        "decision 1: 1 conversations count otherwise\n"
    )
    told = call(url, "explain", "s:1").stdout
    assert told.startswith("told once\n")
    assert "decision 1: Ada split s:0 and s:1 two parcels" in told
    assert call(url, "join", "s:1", "s:0").stdout == "decision 2: 1 conversations count otherwise\n"
    found = json.loads(call(url, "explain", "s:0", "--json").stdout)
    assert (found["original"], len(found["decisions"])) == ("s:0", 2)
