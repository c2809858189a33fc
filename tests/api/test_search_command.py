"""frictionary search: what was said is found from the command line."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from nlp.conversation import Channel, Conversation, Speaker, Turn
from pipelines.annotate import Annotator, annotate
from pipelines.stores import open_store

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, annotator: Annotator) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('search')}/store.db"
    told = (Turn(0, Speaker.CUSTOMER, "My parcel never\x1b[31m came."), Turn(1, Speaker.AGENT, "The parcel is lost."))
    with open_store(url) as store:
        store.conversations.put([Conversation("s:1", "s", Channel.CALL, "c1", MONDAY, told)])
        annotate(store, annotator)
    return url


def asked(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["search", *arguments, "--store", url])


def test_what_was_found_is_shown_with_its_place_and_without_what_a_terminal_obeys(url: str) -> None:
    told = asked(url, "parcels", "--mode", "text").output
    assert "s:1 2026-03-02 customer" in told
    assert "My parcel never [31m came." in told
    assert "\x1b[31m came" not in told


def test_json_holds_all_of_a_hit(url: str) -> None:
    (hit,) = json.loads(asked(url, "it did not arrive", "--mode", "semantic", "--json").output)
    assert (hit["conversation"], hit["turn"], hit["by"]) == ("s:1", 0, ["semantic"])
    (hit,) = json.loads(asked(url, "parcel", "--mode", "text", "--speaker", "agent", "--json").output)
    assert hit["highlights"] == [[4, 10]]


def test_nothing_found_and_nothing_asked_are_told(url: str) -> None:
    assert "nothing found" in asked(url, "zeppelin", "--mode", "text").output
    assert asked(url, "parcel", "--mode", "text", "--channel", "chat").stdout == ""
    assert "no word to look for" in str(asked(url, "?!", "--mode", "text").exception)
