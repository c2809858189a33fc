"""Friction: its cues, each with the span that shows it, and a figure that grows with every reason to hurt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.cues import FAMILIES, families
from nlp.friction import PLAIN, Cues, cues, friction
from pipelines.settings import ROOT
from pipelines.training.authored import authored

EFFORT = [
    ("This is the third time I've asked.", "third time"),
    ("Still waiting for the callback.", "Still waiting for"),
    ("nobody has replied to me", "nobody has replied"),
    ("I've been passed from one department to another", "passed from one"),
    ("Tried four times, same answer.", "Tried four times"),
    ("I already told your colleague.", "I already told"),
    ("no one's come back to me", "no one's come"),
    ("I waited in all day", "waited in all"),
    ("left on hold for an hour", "left on hold"),
    ("It's been two weeks.", "It's been two weeks"),
    ("Day 9 of next day delivery", "Day 9 of "),
    ("you said you’d call on Monday", "said you’d call"),
    ("I've now explained it to four of your people", "explained it to four of your people"),
    ("still nothing since March", "still nothing"),
    ("passed from pillar to post", "passed from pillar"),
    ("I restarted it, reinstalled it, nothing.", "restarted it, reinstalled"),
    ("my case was opened in May, any news on it?", "any news on it"),
    ("hi it's me again", "it's me again"),
    ("I shouldn't have to ring you", "shouldn't have to"),
    ("they keep asking for my passport", "they keep asking"),
]
LEAVING = [
    ("I am switching to another provider", "switching to another provider"),
    ("cancel my subscription please", "cancel my subscription"),
    ("we won't be back", "won't be back"),
    ("You have lost a customer.", "lost a customer"),
    ("I'm taking my business elsewhere", "taking my business elsewhere"),
    ("we won't be renewing", "won't be renewing"),
    ("that's my last order from you", "that's my last order from"),
    ("cancel everything", "cancel everything"),
    ("moving to @brightcell next month", "moving to @"),
    ("I hereby give notice", "hereby give"),
    ("so how do I get out of this contract", "how do I get out of this contract"),
    ("looking at other banks", "looking at other banks"),
    ("your competitor offers the same for half", "your competitor offers"),
    ("I don't need it any more", "don't need it any more"),
    ("please let it lapse", "let it lapse"),
]
ESCALATION = [
    ("let me speak to your manager", "speak to your manager"),
    ("I will go to the ombudsman", "ombudsman"),
    ("please treat this as a formal complaint", "formal complaint"),
]
CALM = [
    "Where can I see my invoice?",
    "I'd like to cancel the two museum tickets for tomorrow.",
    "Two tickets for the planetarium, please.",
    "Can the broadband be put on hold till April?",
    "We moved to another city in May; please update my address.",
    "I'm leaving the firm on Friday, the workspace stays.",
    "no reply needed, thank you",
    "the second person on the account is my wife",
    "Could you tell the account manager that I said thanks?",
    "Please leave the parcel with the neighbours on the third floor.",
    "Cancel one item, the small saucepan, and keep the rest.",
    "How do I switch it on?",
    "I'll leave it with you then.",
    "Is the waiting room open on Sundays?",
    "I go back and forth between the settings of two menus.",
    "Could you send it again, please?",
    "It's been a year and I love it.",
    "My bank says the account is closed, but it isn't.",
    "Please take the photo down.",
]


def shown(text: str, kind: str) -> set[str]:
    return {text[e.start : e.end] for e in cues(text).evidence if e.kind == kind}


@pytest.mark.parametrize(
    ("kind", "text", "span"),
    [
        *(("effort", *case) for case in EFFORT),
        *(("leaving", *case) for case in LEAVING),
        *(("escalation", *case) for case in ESCALATION),
    ],
)
def test_a_cue_is_shown_by_its_span(kind: str, text: str, span: str) -> None:
    assert span in shown(text, kind)


@pytest.mark.parametrize("text", CALM)
def test_a_calm_text_shows_neither_effort_nor_leaving_nor_escalation(text: str) -> None:
    assert {e.kind for e in cues(text).evidence} <= {"blocked"}


def test_more_different_cues_are_stronger_and_one_repeated_is_not() -> None:
    assert cues("still waiting, still waiting, still waiting").effort == 0.5
    assert cues("still waiting. and nobody called").effort == 0.75


def test_the_same_words_are_one_reason() -> None:
    assert cues("still waiting for weeks").effort == 0.5


@pytest.mark.parametrize("folder", ["training", "probes"])
def test_a_family_that_a_text_is_not_searched_for_would_not_have_matched(folder: str) -> None:
    texts = [row["text"].lower().translate(PLAIN) for row in authored(ROOT / "corpora" / folder)]
    for text in texts[:: 1 + len(texts) // 500]:
        asked = families(text)
        assert [f.pattern.pattern for f in FAMILIES if f not in asked and f.pattern.search(text)] == []


def test_spans_are_moved_by_the_offset() -> None:
    (cue,) = cues("still waiting", offset=100).evidence
    assert (cue.start, cue.end) == (100, 113)


@given(st.text(max_size=300))
def test_every_span_lies_in_its_text(text: str) -> None:
    assert all(0 <= e.start < e.end <= len(text) for e in cues(text).evidence)


def test_a_letter_that_grows_in_lower_case_moves_no_span() -> None:
    assert shown("İİİ still waiting", "effort") == {"still waiting"}


@given(st.floats(0, 1), *[st.floats(0, 1)] * 4)
def test_friction_stays_in_range_and_no_reason_lessens_it(
    negative: float, effort: float, blocked: float, leaving: float, escalation: float
) -> None:
    found = Cues(effort, blocked, leaving, escalation, ())
    value = friction(negative, found, asks=True)
    assert 0 <= friction(negative, found, asks=False) <= value <= 100
    assert value >= friction(negative, Cues(0, blocked, leaving, escalation, ()), asks=True) - 1e-9


def test_a_long_hostile_text_takes_no_quadratic_time() -> None:
    assert cues("no one " * 20_000 + "still " * 20_000).effort >= 0


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
