"""Names in lower case."""

import pytest

from nlp.lowered import lowered
from nlp.people import first_names, last_names, people


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in sorted(set(lowered(text, (first_names(), last_names()))))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hi jenny, where is it", ["jenny"]),
        ("my order went to priya sharma in number 4", ["priya sharma"]),
        ("hello this is grace speaking", ["grace"]),
        ("grace speaking, how can i help", ["grace"]),
        ("i spoke to will on monday", ["will"]),
        ("my husband chuck tried", ["chuck"]),
        ("an agent called summer", ["summer"]),
        ("mr hollis and mrs featherstone wrote", ["hollis", "featherstone"]),
        ("a letter for mr and mrs gale came", ["gale"]),
        ("it never came.\nregards,\nbridget hallworth", ["bridget", "bridget hallworth"]),
        ("no reply.\ncheers\nmay", ["may"]),
        ("angel moreno is the second driver", ["angel moreno"]),
        ("kevin told me it was fixed, kevin lied", ["kevin", "kevin"]),
    ],
)
def test_a_name_in_lower_case_is_found(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "will it work in may? i hope the grace period holds",
        "my husband will call, my wife may too",
        "thanks will do, cheers mark it as done",
        "i miss young people and would frank the letter",
        "the max limit on my card is a joke, jan 3 was fine",
        "flights from san francisco and from los angeles",
        "a table at wendy's and the carl airport",
        "500 ms later i may rob a bank; i miss them",
        "john.lewis@example.com @jenny_b #sam http://x.com/kevin",
        "regards,\nthe whole team",
    ],
)
def test_words_towns_and_brands_in_lower_case_are_nobody(text: str) -> None:
    assert found(text) == []


def test_names_in_lower_case_are_found_beside_those_with_a_capital() -> None:
    text = "Priya Sharma, then thanks kevin"
    assert sorted(text[start:end] for start, end in people(text)) == ["Priya Sharma", "kevin"]


def test_a_bare_name_counts_only_where_the_writer_puts_no_capitals() -> None:
    assert found("ask kevin or just kevin again") == ["kevin", "kevin"]
    assert found("Ask for a carol and some kevin") == []


def test_data_in_lower_case_are_masked_as_those_in_capitals_are() -> None:
    from nlp.redaction import redact

    text = "iban at61 1904 3002 3457 3201, passport p4417092, 86 thistle lane, postcode yo10 5dd"
    text += ", door code b7719, password: sunflower"
    masked = "iban <IBAN>, passport <SSN>, <ADDRESS>, postcode <ADDRESS>, door code <SECRET>, password: <SECRET>"
    assert redact(text)[0] == masked
    assert redact("a 5 minute walk, q1 2nd half, password: not working, in 20 days off lane")[1] == ()
