"""Cues: plain phrases, found wherever they stand, each with the span that shows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.cues import PHRASES, cues

SHOWN = [
    ("effort", "This is the third time I've asked.", "third time"),
    ("effort", "Still waiting for the callback.", "Still waiting"),
    ("effort", "nobody has replied to me", "nobody has replied"),
    ("effort", "no one’s come back to me", "no one’s come"),
    ("effort", "I've been passed from one department to another", "been passed"),
    ("effort", "I asked them, politely, twice.", "asked them, politely, twice"),
    ("leaving", "I am switching to another provider", "switching to"),
    ("leaving", "cancel my gold subscription please", "cancel my gold subscription"),
    ("leaving", "we won't be back", "won't be back"),
    ("escalation", "let me speak to your manager", "speak to your manager"),
    ("escalation", "please treat this as a formal complaint", "formal complaint"),
    ("blocked", "I cannot log in", "cannot log"),
]


def shown(text: str, kind: str) -> list[str]:
    return [text[e.start : e.end] for e in cues(text) if e.kind == kind]


@pytest.mark.parametrize(("kind", "text", "span"), SHOWN)
def test_a_phrase_is_shown_by_its_span(kind: str, text: str, span: str) -> None:
    assert span in shown(text, kind)


@pytest.mark.parametrize(
    "text", ["Where can I see my invoice?", "Two tickets for the planetarium, please.", "How do I switch it on?"]
)
def test_a_calm_text_has_none(text: str) -> None:
    assert cues(text) == []


def test_of_two_of_a_kind_that_overlap_the_first_is_shown() -> None:
    assert shown("still waiting for weeks", "effort") == ["still waiting", "for weeks"]
    assert shown("been waiting for three weeks", "effort") == ["been waiting", "for three weeks"]


def test_at_most_three_words_stand_between_two_of_a_phrase() -> None:
    assert shown("cancel a b c subscription", "leaving")
    assert not shown("cancel a b c d subscription", "leaving")


def test_every_line_is_written_in_the_form_that_is_documented() -> None:
    words = [word for block in PHRASES.values() for line in block.splitlines() for word in line.split()]
    assert all(
        word == "…" or all(part.replace("'", "").replace("-", "").isalnum() for part in word.split("|"))
        for word in words
    )
    assert not [line for block in PHRASES.values() for line in block.splitlines() if line.strip().startswith("…")]


@given(st.text(max_size=300))
def test_every_span_lies_in_its_text(text: str) -> None:
    assert all(0 <= e.start < e.end <= len(text) for e in cues(text))


def test_a_letter_that_grows_in_lower_case_moves_no_span() -> None:
    assert shown("İİİ still waiting", "effort") == ["still waiting"]


def test_a_long_hostile_text_takes_no_quadratic_time() -> None:
    assert cues("no one " * 20_000 + "still " * 20_000 + "cancel" * 20_000) == []


def test_a_plain_text_shows_the_same_as_one_with_curly_marks() -> None:
    plain, curly = "Still no reply, I can't get in", "Still no reply, I can’t get in"
    assert cues(plain) == cues(curly) != []
