"""Two phrases of one frame are told as one; others are not."""

import pytest

from nlp.themes.joined import joined
from nlp.themes.phrases import Phrase, phrases
from nlp.themes.reading import Parse


def phrase(text: str, said: str, parse: Parse) -> Phrase:
    """The phrase that is said in a text."""
    (doc,) = parse([text])
    return next(p for p in phrases(doc) if p.text == said)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (
            ("I have not received my voucher.", "Voucher not received"),
            ("I have not received the parcel.", "Parcel not received"),
            "Voucher or parcel not received",
        ),
        (
            ("My key was lost.", "Key lost"),
            ("My key was stolen.", "Key stolen"),
            "Key lost or stolen",
        ),
        (
            ("I cannot open the lid.", "Cannot open lid"),
            ("How do I open the lid?", "How to open lid"),
            None,
        ),
        (
            ("I cannot open the lid.", "Cannot open lid"),
            ("I cannot find my parcel.", "Cannot find parcel"),
            None,
        ),
    ],
)
def test_two_phrases_are_told_as_one_where_they_differ_in_one_place(
    one: tuple[str, str], other: tuple[str, str], both: str | None, parse: Parse
) -> None:
    found = joined(phrase(*one, parse), phrase(*other, parse))
    assert (found and found.text) == both


def test_a_thing_and_things_are_not_told_as_two(parse: Parse) -> None:
    one = phrase("The refund was not paid.", "Refund not paid", parse)
    assert joined(one, phrase("The refunds were not paid.", "Refunds not paid", parse)) is None


def test_what_is_told_as_one_has_the_words_and_the_kind_of_both(parse: Parse) -> None:
    one = phrase("I have not received my voucher.", "Voucher not received", parse)
    other = phrase("I have not received the parcel.", "Parcel not received", parse)
    both = joined(one, other)
    assert both is not None
    assert (both.kind, set(both.stems)) == ("not", {*one.stems, *other.stems})
    assert len(both.classes) == len(both.text.split())
