"""Names of the lists are people; those that are words as well are so only where the words around tell it."""

import pytest

from nlp.people import first_names, last_names, people


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in sorted(people(text))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("shoutout to Jamal in the Leeds store", ["Jamal"]),
        ("Thanks Grace, amazing grace indeed", ["Grace"]),
        ("your agent Will hung up on me, will you do sth?", ["Will"]),
        ("Will Murphy sold it to me. Will you replace it?", ["Will Murphy"]),
        ("we were told by Mason that a mason would come", ["Mason"]),
        ("Chase from chat said no, ask for Chase", ["Chase"]),
        ("my gran Pearl was sold a gaming bundle", ["Pearl"]),
        ("a call with Pieter van der Meulen, then nothing", ["Pieter van der Meulen"]),
        ('signed by "J. Featherstone"', ["J. Featherstone"]),
        ("my name is Siobhan, that's S I O B H A N", ["Siobhan", "S I O B H A N"]),
        ("and it's jose maria ortega on the line", ["jose maria ortega"]),
        ("Kayleigh's order went to Priya", ["Kayleigh", "Priya"]),
    ],
)
def test_a_person_is_found_by_the_lists_and_the_words_around(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Will it work in May? I hope the grace period holds.",
        "Mark my words, the bill is rich. Frank talk.",
        "Chase declined my card, and Chase Bank is closed",
        "We moved from Victoria to Chelsea, then to Jordan",
        "Rose water, pearl beads and the Amber Hotel",
        "it's pretty bad, it's just late",
        "Summer was hot and August was worse",
        "option B. Then it stopped",
        "",
    ],
)
def test_words_towns_and_brands_stay(text: str) -> None:
    assert found(text) == []


def test_the_lists_hold_names_of_many_countries_in_lower_case() -> None:
    assert {"siobhán", "rajesh", "femi", "aoife", "océane"} & first_names()
    assert {"okafor", "lindqvist", "murphy"} & last_names()
    assert all(name == name.lower() and len(name) > 2 for name in first_names() | last_names())
