"""People's names are masked, and what only looks like one is not."""

import pytest

from nlp import english
from nlp.names import Names, known, mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Please ask for Margaret Thornley at the desk.", "Please ask for <NAME> at the desk."),
        ("Spoke to Mrs Okafor yesterday, no help at all.", "Spoke to Mrs <NAME> yesterday, no help at all."),
        ("still broken.\n\nKind regards,\nPeter Hollis", "still broken.\n\nKind regards,\n<NAME>"),
        ("Hello Marcus! Have you tried the app?", "Hello <NAME>! Have you tried the app?"),
        ("this is Patrice from Boston, my heating is off", "this is <NAME> from Boston, my heating is off"),
        ("my name is sarah and my ssn is wrong", "my name is <NAME> and my ssn is wrong"),
        ("hi my name is sarah jones and i never got it", "hi my name is <NAME> and i never got it"),
    ],
)
def test_a_person_is_masked_and_the_sentence_stays_readable(names: Names, text: str, masked: str) -> None:
    assert names([text]) == [masked]


@pytest.mark.parametrize(
    "text",
    [
        "We moved from Norwich to Limerick in May.",
        "The Hub and the Settings page say Saver mode is off.",
        "WHERE IS MY REFUND",
        "order BH-20417 was never shipped",
        "ok thanks",
        "Tilbury Home told me to wait.",
        "<EMAIL> is my address, <PHONE> my number",
        "",
    ],
)
def test_places_products_shouting_and_the_company_stay(names: Names, text: str) -> None:
    assert names([text], keep=["@TilburyHome"]) == [text]


def test_a_text_does_not_depend_on_its_neighbours(names: Names) -> None:
    texts = ["Thanks, Hannah, that worked.", "nothing here", "Dear Mr Whitlow, we are sorry.", "x" * 5000]
    assert names(texts) == [names([text])[0] for text in texts]


def test_a_known_name_is_found_exactly_and_in_parts() -> None:
    find = known(["Ada Threadgold"])
    text = "Ada Threadgold rang. Ada is cross; write to @Ada, not adapters. Threadgold's hub."
    assert mask(text, find(text)) == "<NAME> rang. <NAME> is cross; write to @Ada, not adapters. <NAME>'s hub."


def test_a_known_full_name_is_found_in_any_case_and_a_surname_in_capitals() -> None:
    find = known(["Ada Threadgold"])
    assert (
        mask("ada threadgold, A THREADGOLD, ada", find("ada threadgold, A THREADGOLD, ada")) == "<NAME>, A <NAME>, ada"
    )


def test_a_known_name_is_found_beside_letters_of_any_alphabet() -> None:
    find = known(["Aylin Isler", "Jürgen Groß"])
    for text in ("😭 AYL\u0130N \u0131SLER again", "«JÜRGEN GROß» wrote"):
        assert len(find(text)) == 1, text
    assert find("😭 nobody here") == []


def test_nothing_known_finds_nothing() -> None:
    assert known(["", "Mrs", "support team"])("Mrs Support Team") == []


def test_emoji_and_endless_lines_pass(names: Names) -> None:
    texts = ["😀" * 100_000, "A" * 50_000, "A b " * 20_000]
    assert names(texts) == texts


def test_the_model_is_loaded_once() -> None:
    assert english.load(purpose="this test", exclude=("ner",)) is english.load(purpose="this test", exclude=("ner",))
