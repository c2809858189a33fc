"""A privacy policy is read strictly, and says of each source what becomes of its texts and facts."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.customer import Customer
from nlp.errors import BadSetting, UnknownName
from pipelines.policy import Policy, policy, read
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.sources import Contact

AT = datetime(2026, 5, 1, tzinfo=UTC)


def talk(text: str, source: str = "zendesk", **facts: object) -> Conversation:
    told = (Turn(0, Speaker.CUSTOMER, text), Turn(1, Speaker.AGENT, "Fine."))
    return Conversation(f"{source}:1", source, Channel.TICKET, "email:a@example.org", AT, told, facts)


def written(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "privacy.toml"
    path.write_text(text)
    return read(path)


def masked(found: Policy, conversation: Conversation, *, names: bool = False) -> Conversation:
    (one,) = Protector(b"key", names, found).conversations([conversation])
    return one


def test_each_type_is_masked_hashed_dropped_or_kept(tmp_path: Path) -> None:
    found = written(tmp_path, '[types]\nEMAIL = "hash"\nIP = "keep"\n[source.calls.types]\nCARD = "drop"\n')
    text = "jo@example.com or JO@example.com from 198.51.100.7, card 4111 1111 1111 1111"
    said = masked(found, talk(text)).turns[0].text
    first, second = said.split(" or ")[0], said.split(" or ")[1].split(" ")[0]
    assert first == second
    assert first.startswith("<EMAIL_")
    assert said.endswith("from 198.51.100.7, card <CARD>")
    call = masked(found, talk(text, "calls"))
    assert [turn.text for turn in call.turns] == ["<DROPPED>", "Fine."]


def test_a_hashed_value_is_another_under_another_key_and_names_can_be_hashed(tmp_path: Path) -> None:
    found = written(tmp_path, '[types]\nNAME = "hash"\n')
    told = talk("ask Ada Threadgold", people=["Ada Threadgold"])
    one = masked(found, told).turns[0].text
    (other,) = Protector(b"other", False, found).conversations([told])
    assert one.startswith("ask <NAME_")
    assert one != other.turns[0].text


def test_a_conversation_that_holds_what_is_to_be_withheld_is_told(tmp_path: Path) -> None:
    found = written(tmp_path, '[types]\nCARD = "withhold"\n')
    protect = Protector(b"key", False, found)
    with_card, without = protect.conversations([talk("4111 1111 1111 1111"), talk("hello")])
    assert (protect.withheld(with_card), protect.withheld(without)) == (True, False)


def test_fields_are_kept_dropped_or_hashed_and_the_rest_is_masked(tmp_path: Path) -> None:
    found = written(tmp_path, '[fields]\norder = "hash"\nagent = "drop"\ncontact = "keep"\n')
    facts = masked(
        found, talk("hi", order="A-1", Agent="Kim", contact="jo@example.com", note="jo@example.com")
    ).metadata
    assert facts["order"].startswith("<FIELD_")
    assert {name: facts[name] for name in facts if name != "order"} == {"contact": "jo@example.com", "note": "<EMAIL>"}
    told = Contact(Customer("id:1", {"first name": "Jo", "city": "Leeds", "contact": "jo@example.com"}), ("id:1",))
    assert Protector(b"key", False, found).contact(told).attributes == {"city": "Leeds", "contact": "jo@example.com"}


def test_a_sources_own_rules_add_to_those_of_all(tmp_path: Path) -> None:
    found = written(
        tmp_path, '[types]\nIP = "keep"\n[source.x.types]\nCARD = "drop"\n[source.x.consent]\nfield = "ok"\n'
    )
    assert (found.of("x").action("IP"), found.of("x").action("CARD"), found.of("y").action("CARD")) == (
        "keep",
        "drop",
        "mask",
    )
    assert (found.of("x").consent.field, found.of("y").consent.field) == ("ok", "")


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ('[types]\nEMIAL = "mask"', UnknownName, "Did you mean 'EMAIL'"),
        ('[types]\nEMAIL = "hide"', UnknownName, "types.EMAIL"),
        ('[fields]\nx = "withhold"', UnknownName, "known: drop, hash, keep, mask"),
        ('[source.x.kinds]\nEMAIL = "mask"', UnknownName, "source.x"),
        ("[consent]\nfield = 3", BadSetting, "a text expected"),
        ('[consent]\ntags = "no"', BadSetting, "a list expected"),
        ("types = 3", BadSetting, "a table expected"),
        ("[types", BadSetting, "cannot be read"),
    ],
)
def test_what_a_policy_gets_wrong_is_named_with_what_is_known(
    tmp_path: Path, text: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said) as raised:
        written(tmp_path, text)
    assert "privacy.toml" in str(raised.value)


def test_without_a_file_everything_is_masked() -> None:
    assert policy(Settings()).of("any").action("CARD") == "mask"
    with pytest.raises(BadSetting, match="cannot be read"):
        policy(replace(Settings(), privacy="no/such.toml"))
