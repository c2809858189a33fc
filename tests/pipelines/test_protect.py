"""What reaches a store is masked: texts, subjects, mentions, people that the reader knows; the key is its owner's."""

import warnings
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.customer import Customer, Event
from nlp.errors import BadSetting
from pipelines.keys import keys
from pipelines.protect import Protector, protector
from pipelines.settings import Settings
from pipelines.sources import Contact

PATTERNS = Protector(b"key", names=False)
AT = datetime(2026, 5, 1, tzinfo=UTC)


def talk(*texts: str, **metadata: object) -> Conversation:
    turns = tuple(Turn(n, Speaker.CUSTOMER, text) for n, text in enumerate(texts))
    return Conversation("t:1", "t", Channel.SOCIAL, "email:a@example.org", AT, turns, metadata)


def said(conversation: Conversation) -> list[str]:
    return [turn.text for turn in conversation.turns]


def test_mentions_of_people_are_masked_and_the_companys_own_stay() -> None:
    found = talk("@AcmeHelp it's @jo_bloggs again, mail jo@example.org, 2 @ 5 each")
    (masked,) = PATTERNS.conversations([found], company="Acme")
    assert said(masked) == ["@AcmeHelp it's <HANDLE> again, mail <EMAIL>, 2 @ 5 each"]
    (masked,) = PATTERNS.conversations([replace(found, metadata={"company": "acmehelp"})])
    assert "@AcmeHelp" in said(masked)[0]


def test_people_whom_the_reader_knows_are_masked_and_dropped_from_the_facts() -> None:
    found = talk("ask Threadgold, or ADA THREADGOLD", people=["Ada Threadgold"], brand="Acme", subject="Ada's hub")
    (masked,) = PATTERNS.conversations([found])
    assert said(masked) == ["ask <NAME>, or <NAME>"]
    assert masked.metadata == {"subject": "<NAME>'s hub"}


def test_a_name_found_once_is_masked_in_every_turn() -> None:
    found = talk("My name is Margaret Thornley and I wait.", "margaret thornley! THORNLEY! Brindle Home, please")
    (masked,) = Protector(b"key").conversations([found], company="Brindle Home")
    assert said(masked) == ["My name is <NAME> and I wait.", "<NAME>! <NAME>! Brindle Home, please"]


def test_a_customer_is_known_by_pseudonym_alone_and_one_unknown_by_the_conversations() -> None:
    known, unknown = PATTERNS.conversations([talk("a"), replace(talk("b"), customer="")])
    assert known.customer == PATTERNS.customer("email:a@example.org")
    assert unknown.customer == PATTERNS.customer("conversation:t:1")


def test_attributes_that_are_or_hold_personal_data_are_left_out() -> None:
    facts = {"plan": "pro", "value": 12.5, "Full name": "Jo", "home_address": "x", "contact": "jo@example.org"}
    contact = Contact(Customer("id:1", facts), ("id:1", "name:Jo"))
    assert PATTERNS.contact(contact) == Customer(PATTERNS.customer("id:1"), {"plan": "pro", "value": 12.5})
    found = PATTERNS.claims(contact, "crm")
    assert [(c.identifier, c.kind) for c in found] == [
        (PATTERNS.customer("id:1"), "id"),
        (PATTERNS.customer("name:Jo"), "name"),
    ]


def test_an_events_id_cannot_be_guessed_from_its_customer() -> None:
    event = Event("events:abc", "email:a@example.org", "ordered", AT)
    masked, other = PATTERNS.event(event), Protector(b"other").event(event)
    assert masked.customer == PATTERNS.customer("email:a@example.org")
    assert len({event.id, masked.id, other.id}) == 3


def test_a_key_file_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "key"
    made = keys(Settings(key_file=file))
    file.chmod(0o644)
    with pytest.warns(UserWarning, match="chmod 600"):
        assert keys(Settings(key_file=file)) == made


def test_a_made_key_file_is_read_again_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "key"
    made = keys(Settings(key_file=file))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert keys(Settings(key_file=file)) == made


NATIONAL, INTERNATIONAL = "phone:0123456789", "phone:+33123456789"


def test_a_number_without_a_plus_is_that_with_one_where_its_country_is_told() -> None:
    french, german = Protector(b"key", country="FR"), Protector(b"key", country="DE")
    assert french.customer(NATIONAL) == french.customer(INTERNATIONAL) == PATTERNS.customer(INTERNATIONAL)
    for unsure in (PATTERNS, german):
        assert unsure.customer(NATIONAL) != unsure.customer(INTERNATIONAL)
    assert PATTERNS.customer("phone:02079460018") == PATTERNS.customer("phone:+442079460018")  # ten digits after the 0


def test_a_country_changes_no_pseudonym_of_anything_else() -> None:
    french = Protector(b"key", country="FR")
    for other in (
        INTERNATIONAL,
        "phone:+442079460018",
        "phone:12345",
        "id:0123456789",
        "email:a@b.org",
        "order:0123456789",
    ):
        assert french.pseudonyms(other)[0] == french.customer(other) == PATTERNS.customer(other)
    assert set(french.pseudonyms(INTERNATIONAL)) == {PATTERNS.customer(NATIONAL), PATTERNS.customer(INTERNATIONAL)}
    asked = talk("Hello?")
    assert french.digest(asked) == Protector(b"key").digest(asked)
    assert french.digest(replace(asked, customer=NATIONAL)) != Protector(b"key").digest(
        replace(asked, customer=NATIONAL)
    )


def test_of_a_number_are_kept_the_same_hashes_however_it_is_written() -> None:
    french = Protector(b"key", country="FR", linkage=True)
    told = [french.traits(Contact(Customer("id:7", {}), ("id:7", number))) for number in (NATIONAL, INTERNATIONAL)]
    assert told[0] == told[1]


def test_a_country_that_no_plan_knows_is_an_error_with_the_valid_form(tmp_path: Path) -> None:
    assert protector(Settings(key="k", country="fr")).country == "FR"
    with pytest.raises(BadSetting, match="country='UK': two letters of ISO 3166 expected"):
        protector(Settings(key="k", country="UK"))
