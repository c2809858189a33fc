"""Which texts shape themes: those that say something; near-copies once, short texts each."""

import pytest

from nlp.themes.units import copies, different, speaks, unrepeated


@pytest.mark.parametrize(
    "text",
    [
        "Hello, good morning!",
        "Thanks a lot for the help :)",
        "ok yes please",
        "My name is <NAME> and my email is <EMAIL>.",
        "the last 4 digits of my ssn are 4841 and the account number is 5490",
        "12 Mill Lane, Springfield 60010",
        "policy no abc 627582 and claim no 623",
        "Sent from my iPhone",
        "This e-mail is intended only for the person to whom it is addressed.",
        "@ShopHelp <HANDLE>",
        "...",
    ],
)
def test_greetings_thanks_answers_and_boilerplate_say_nothing(text: str) -> None:
    assert not speaks(text)


@pytest.mark.parametrize(
    "text",
    [
        "My card was charged twice on 3 May.",
        "What is the 1 euro fee for?",
        "I asked for 100 but only got 20.",
        "Hello, the parcel <TRACKING> never came. Thanks, <NAME>",
        "I want to close my account 5234",
        "Refund not received",
        "@ShopHelp app crashes",
        "The parcel is broken. This message is intended only for the person to whom it is addressed.",
    ],
)
def test_what_hurts_or_is_wanted_is_said_beside_figures_and_greetings(text: str) -> None:
    assert speaks(text)


def test_a_forwarded_or_canned_text_is_a_copy_of_its_first_and_a_short_one_is_not() -> None:
    canned = (
        "I dispute the account of {} in all its parts, and I ask you to send me a copy of the contract that I am said "
        "to have signed, the full list of payments, and the name of whoever sold it to you in {}."
    )
    texts = [
        "Where is my parcel?",
        canned.format("Acme", "2019"),
        "Where is my parcel?",
        "FWD: " + canned.format("Globex", "2021"),
        "My parcel has been at the depot for two weeks and nobody there answers the phone.",
        "",
    ]
    assert copies(texts).tolist() == [0, 1, 2, 1, 4, 5]


def test_no_texts_have_no_copies() -> None:
    assert copies([]).tolist() == []


def test_of_near_copies_the_first_is_left() -> None:
    letter = "I demand that the registrar shall certify my ledger within the term that the law sets, dear {}."
    texts = [letter.format("sir"), "Where is it?", letter.format("madam"), "Where is it?"]
    assert different(texts) == [texts[0], "Where is it?", "Where is it?"]


def test_a_long_sentence_that_stands_in_an_earlier_text_is_somebody_elses() -> None:
    clause = "Under the act every keeper of a ledger shall certify it within the term."
    assert unrepeated([f"My file is wrong. {clause}", f"{clause} Nobody answers me.", clause]) == [
        f"My file is wrong. {clause}",
        "Nobody answers me.",
    ]


def test_short_sentences_are_many_peoples_own() -> None:
    assert unrepeated(["It does not work. Help.", "It does not work."]) == [
        "It does not work. Help.",
        "It does not work.",
    ]
