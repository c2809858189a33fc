"""Segments, redaction and friction: each figure can be traced to a span of the text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.friction import cues, friction
from nlp.redaction import pseudonym, redact
from nlp.segmentation import LONGEST, segments


@given(st.text(max_size=3000))
def test_segments_hold_every_character_but_space_in_order(text: str) -> None:
    spans = segments(text)
    assert "".join("".join(text[s:e].split()) for s, e in spans) == "".join(text.split())
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(0 < e - s <= LONGEST for s, e in spans)


def test_a_long_mail_becomes_segments_of_a_few_sentences() -> None:
    text = "The heating went off again last night. " * 20
    assert 2 < len(segments(text)) < 10


@given(st.text(max_size=500))
def test_redaction_applied_twice_changes_nothing(text: str) -> None:
    once, _ = redact(text)
    assert redact(once)[0] == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail me at jo.bloggs+x@example.co.uk please", "mail me at <EMAIL> please"),
        ("card 4111 1111 1111 1111 was charged", "card <CARD> was charged"),
        ("to GB82 WEST 1234 5698 7654 32 today", "to <IBAN> today"),
        ("call 020 7946 0958 or +1 212 555 0147.", "call <PHONE> or <PHONE>."),
        ("phone 020 7946 0201. Thanks", "phone <PHONE>. Thanks"),
        ("my ssn is 123-45-6789", "my ssn is <SSN>"),
        ("from 192.168.10.4.", "from <IP>."),
        ("https://jo:hunter2@example.com/x", "https://<URL_LOGIN>@example.com/x"),
        ("I live at 14 Harbour Lane now", "I live at <ADDRESS> now"),
    ],
)
def test_personal_data_becomes_a_typed_placeholder(text: str, expected: str) -> None:
    redacted, masked = redact(text)
    assert redacted == expected
    assert all(redacted[m.start : m.end] == f"<{m.kind}>" for m in masked)


@pytest.mark.parametrize(
    "text",
    [
        "order 4111 1111 1111 1112 fails the check digit",
        "firmware 4.2.1.300 on 2026-06-12",
        "it cost 149.00 and took 12 days",
        "error 0x80070005",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert redact(text) == (text, ())


def test_a_pseudonym_is_the_same_over_sources_and_differs_with_the_key() -> None:
    assert pseudonym("email:Jo@Example.com ", b"k") == pseudonym("email:jo@example.com", b"k")
    assert pseudonym("phone:+44 20 7946 0958", b"k") == pseudonym("phone:020 7946 0958", b"k")
    assert pseudonym("email:jo@example.com", b"k") != pseudonym("email:jo@example.com", b"other")


def test_each_cue_is_shown_by_its_span() -> None:
    text = "This is the third time I call, nobody replied, and I can't log in. Cancel my subscription!"
    found = cues(text)
    assert {e.kind for e in found.evidence} == {"effort", "blocked", "leaving"}
    assert "third time" in {text[e.start : e.end] for e in found.evidence}


def test_friction_grows_with_feeling_and_effort_and_stays_in_range() -> None:
    calm, hard = cues("Where can I see my invoice?"), cues("Third time I ask, still nothing, nobody answered. I can't.")
    assert friction(0.05, calm, asks=True) < 10
    assert 60 < friction(0.95, hard, asks=True) <= 100
    assert friction(0.95, calm, asks=False) == 0
